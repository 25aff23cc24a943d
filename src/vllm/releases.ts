import v0_17_0 from './data/releases/0.17.0.json';
import v0_17_1 from './data/releases/0.17.1.json';
import v0_18_0 from './data/releases/0.18.0.json';
import v0_18_1 from './data/releases/0.18.1.json';
import v0_19_0 from './data/releases/0.19.0.json';
import v0_19_1 from './data/releases/0.19.1.json';
import v0_20_0 from './data/releases/0.20.0.json';
import v0_20_1 from './data/releases/0.20.1.json';
import v0_20_2 from './data/releases/0.20.2.json';
import v0_21_0 from './data/releases/0.21.0.json';
import v0_22_0 from './data/releases/0.22.0.json';
import v0_22_1 from './data/releases/0.22.1.json';
import v0_23_0 from './data/releases/0.23.0.json';
import v0_24_0 from './data/releases/0.24.0.json';
import v0_25_0 from './data/releases/0.25.0.json';
import v0_25_1 from './data/releases/0.25.1.json';
import v0_26_0 from './data/releases/0.26.0.json';
import v0_27_0 from './data/releases/0.27.0.json';
import v0_27_1 from './data/releases/0.27.1.json';
import v0_28_0 from './data/releases/0.28.0.json';
import v0_29_0 from './data/releases/0.29.0.json';
import v0_30_0 from './data/releases/0.30.0.json';
import v0_31_0 from './data/releases/0.31.0.json';
import v0_32_0 from './data/releases/0.32.0.json';
import v0_33_0 from './data/releases/0.33.0.json';

/** What one vLLM release changes in the answer; every line's source is in the data file itself (`sources`). */
export interface Release {
  readonly version: string;
  readonly releasedOn: string;
  readonly image: string;
  readonly gpuMemoryUtilizationDefault: number;
  readonly hybridPrefixCachingDefault: boolean;
  /** KV memory = requested - non-KV - CUDA graph estimate, from 0.20.0. */
  readonly cudaGraphMemorySubtracted: boolean;
  readonly nonKvMemory: { readonly terms: readonly string[] };
  /**
   * What "GPU KV cache size: N tokens" means. `block-groups`: blocks // groups x block tokens, up to four times too
   * small for Qwen3.5; `concurrency`: maximum concurrency x maximum model length.
   */
  readonly kvTokenLogMeaning: 'block-groups' | 'concurrency';
  readonly startupCheckCountsAllGroups: boolean;
  readonly startupCheckReservesNullBlock: boolean;
  readonly maxNumSeqsMustNotExceedBlocks: boolean;
  /** What happens above the blocks, in words; starts with `none` where nothing checks. */
  readonly maxNumSeqsCheck: string;
  /** Prefix caching asserts that one block is at most `max_num_batched_tokens`, before 0.27.0. */
  readonly blockMustNotExceedBatchedTokens: boolean;
  readonly blockAlignmentTokens: number;
  readonly blockAlignment: {
    /** `floor`: a user `--block-size` is only a minimum; `grain`: the block is a multiple of it (from 0.20.0). */
    readonly userBlockSize: 'floor' | 'grain';
    readonly exceptions: readonly BlockException[];
  };
  readonly prefillCheckpoint: PrefillCheckpoint | null;
  /** First row whose memory and GPU match decides. */
  readonly batchDefaults: readonly BatchDefault[];
  readonly maxCudagraphCaptureSizeDefault: {
    readonly default: number;
    readonly computeCapabilityMajor10: number;
  };
  readonly modelRunner: 'v1' | 'v2';
  /** M-RoPE cos/sin cache: positions kept per position of the model (4 up to 0.31, 1 from 0.32). */
  readonly mropeCachePositionFactor: number;
  readonly yarnNeedsLongContextEnv: boolean;
  readonly longContextEnv: string;
  readonly visionTowerOnEveryPipelineRank: boolean;
  /** Every flag `vllm serve` takes. */
  readonly flags: readonly string[];
  readonly flagChoices: Readonly<Record<string, readonly string[]>>;
  /** Known problems of this release, ids of `known-bugs.json`. */
  readonly knownBugs: readonly string[];
}

export interface BlockException {
  readonly when: {
    readonly computeCapabilityMajor?: readonly number[];
    /** null: the backend vLLM chooses by itself. */
    readonly attentionBackend?: string | readonly (string | null)[];
    readonly mambaCacheMode?: string;
  };
  readonly tokens: number;
}

/** From 0.33.0: GDN prefill on FlashInfer exports states at checkpoints, which need alignment and a block of their own. */
export interface PrefillCheckpoint {
  readonly blocksPerGroup: number;
  readonly blockAlignmentTokens: number;
  readonly gpus: readonly { readonly computeCapability?: string; readonly computeCapabilityMajor?: number }[];
}

export interface BatchDefault {
  readonly minMemoryGiB: number;
  readonly notGpu: readonly string[];
  readonly maxNumBatchedTokens: number;
  readonly maxNumSeqs: number;
}

/** Every release that serves Qwen3.5, newest first; read from the released packages (scripts/vllm-releases). */
export const RELEASES: readonly Release[] = [
  v0_33_0,
  v0_32_0,
  v0_31_0,
  v0_30_0,
  v0_29_0,
  v0_28_0,
  v0_27_1,
  v0_27_0,
  v0_26_0,
  v0_25_1,
  v0_25_0,
  v0_24_0,
  v0_23_0,
  v0_22_1,
  v0_22_0,
  v0_21_0,
  v0_20_2,
  v0_20_1,
  v0_20_0,
  v0_19_1,
  v0_19_0,
  v0_18_1,
  v0_18_0,
  v0_17_1,
  v0_17_0,
] as unknown as readonly Release[];
export const LATEST_RELEASE: Release = RELEASES[0]!;

/** A release by version, with or without a leading `v`; `0.33` means its newest patch. */
export function findRelease(version: string): Release | undefined {
  const wanted = version.trim().replace(/^v/i, '');
  const exact = RELEASES.find((release) => release.version === wanted);
  return (
    exact ?? RELEASES.find((release) => /^\d+\.\d+$/.test(wanted) && release.version.startsWith(`${wanted}.`))
  );
}

/** Batched-token and sequence defaults of `vllm serve` on a GPU (`get_batch_defaults`). */
export function batchDefaults(
  release: Release,
  gpu: { readonly id: string; readonly usableGiB: number },
): BatchDefault {
  const id = gpu.id.toLowerCase();
  const row = release.batchDefaults.find(
    (candidate) =>
      gpu.usableGiB >= candidate.minMemoryGiB && !candidate.notGpu.some((name) => id.includes(name)),
  );
  if (!row) throw new Error(`release ${release.version} has no batch default for ${gpu.id}`);
  return row;
}
