import latest from './data/releases/0.33.0.json';

/** What one vLLM release changes in the answer; every line is sourced in the data file itself. */
export interface Release {
  readonly version: string;
  readonly image: string;
  readonly gpuMemoryUtilizationDefault: number;
  readonly hybridPrefixCachingDefault: boolean;
  /** KV memory = requested - non-KV - CUDA graph estimate (since 0.21). */
  readonly cudaGraphMemorySubtracted: boolean;
  /** First row whose memory and GPU match decides. */
  readonly batchDefaults: readonly BatchDefault[];
  /** Every flag `vllm serve` takes. */
  readonly flags: readonly string[];
}

export interface BatchDefault {
  readonly minMemoryGiB: number;
  readonly notGpu: readonly string[];
  readonly maxNumBatchedTokens: number;
  readonly maxNumSeqs: number;
}

export const RELEASES: readonly Release[] = [latest];
export const LATEST_RELEASE: Release = latest;

export function findRelease(version: string): Release | undefined {
  return RELEASES.find((release) => release.version === version);
}

/** Batched-token and sequence defaults of `vllm serve` on a GPU (`get_batch_defaults`). */
export function batchDefaults(release: Release, gpu: { readonly id: string; readonly usableGiB: number }): BatchDefault {
  const id = gpu.id.toLowerCase();
  const row = release.batchDefaults.find(
    (candidate) => gpu.usableGiB >= candidate.minMemoryGiB && !candidate.notGpu.some((name) => id.includes(name)),
  );
  if (!row) throw new Error(`release ${release.version} has no batch default for ${gpu.id}`);
  return row;
}
