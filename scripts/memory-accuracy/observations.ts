import { findGpu, usableMemory } from '../../src/hardware/gpus';
import type { Checkpoint } from '../../src/models/checkpoints';
import { MODELS, type Model } from '../../src/models/registry';
import { batchDefaults, findRelease, LATEST_RELEASE, RELEASES, type Release } from '../../src/vllm/releases';
import { compareVersions } from '../../src/vllm/version';

/** One logged start-up (`vllm-memory-observations.json`); every figure may be missing. */
export interface Observation {
  readonly id: string;
  readonly model: string;
  readonly model_key?: string | null;
  readonly checkpoint: string;
  readonly checkpoint_key?: string | null;
  readonly quant?: string | null;
  readonly gpu: string;
  readonly tp: number;
  readonly dp?: number | null;
  readonly pp?: number | null;
  readonly vllm_version?: string | null;
  readonly max_model_len: number | null;
  readonly kv_cache_dtype: string | null;
  readonly mamba_cache_mode: string | null;
  readonly mamba_cache_mode_evidence?: string | null;
  readonly mamba_ssm_cache_dtype?: string | null;
  readonly num_speculative_tokens: number | null;
  readonly gpu_memory_utilization: number | null;
  readonly flags?: Readonly<Record<string, unknown>> | null;
  readonly weights_gib: number | null;
  readonly kv_cache_gib: number | null;
  readonly kv_cache_tokens: number | null;
  readonly block_size: number | null;
  readonly max_concurrency: number | null;
  readonly num_gpu_blocks_logged: number | null;
  readonly gpu_total_gib: number | null;
  readonly kv_log_semantics?: string | null;
}

const NOTHING_LOGGED: Omit<Observation, 'id' | 'model' | 'checkpoint' | 'gpu' | 'tp'> = {
  max_model_len: null,
  kv_cache_dtype: null,
  mamba_cache_mode: null,
  num_speculative_tokens: null,
  gpu_memory_utilization: null,
  weights_gib: null,
  kv_cache_gib: null,
  kv_cache_tokens: null,
  block_size: null,
  max_concurrency: null,
  num_gpu_blocks_logged: null,
  gpu_total_gib: null,
};

/** Observations of a JSON file: a list of rows; what a row leaves out was not logged. */
export function parseObservations(text: string): Observation[] {
  const rows: unknown = JSON.parse(text);
  if (!Array.isArray(rows)) throw new Error('observations are a JSON list of rows');
  return rows.map((row: Partial<Observation>, i) => ({
    ...NOTHING_LOGGED,
    id: `row ${i + 1}`,
    model: 'not stated',
    checkpoint: 'not stated',
    gpu: 'not stated',
    ...row,
    tp: row.tp ?? 1,
  }));
}

const numberFlag = (row: Observation, name: string): number | null => {
  const value = row.flags?.[name];
  return typeof value === 'number' ? value : null;
};

export function modelOf(row: Observation): Model | null {
  const named = (name: string): Model | undefined => MODELS.find((model) => model.name === name);
  return named(row.model_key ?? '') ?? named(row.model.split(' ')[0] ?? '') ?? null;
}

/** The checkpoint of our data that was loaded, or why none is. */
export function checkpointOf(row: Observation, model: Model): Checkpoint | string {
  if (/inferred|not stated/i.test(row.checkpoint)) return `checkpoint "${row.checkpoint}" is not certain`;
  const named = model.checkpoints.find(
    ({ hfId }) => row.checkpoint.includes(hfId) && !row.checkpoint.includes(`${hfId}-`),
  );
  if (named) return named;
  // A merged fine-tune has the shapes of the official BF16 checkpoint.
  const bf16 = model.checkpoints.find(({ key }) => key === 'bf16');
  if (bf16 && /^(merged )?bf16$/i.test(row.checkpoint)) return bf16;
  return `checkpoint "${row.checkpoint}" is not in the data`;
}

/** The release with the largest CUDA graph that this server captured, where it was set. */
export function withCaptureSize(row: Observation, release: Release): Release {
  const sizes = row.flags?.cudagraph_capture_sizes;
  const listed = Array.isArray(sizes) ? Math.max(...sizes.map(Number)) : null;
  const largest = listed ?? numberFlag(row, 'max_cudagraph_capture_size');
  if (largest === null) return release;
  return {
    ...release,
    maxCudagraphCaptureSizeDefault: { default: largest, computeCapabilityMajor10: largest },
  };
}

/** The release whose rules a log follows: by version, or for nightlies the last release before its date. */
export function releaseOf(row: Observation): Release {
  const text = row.vllm_version ?? '';
  const exact = /\d+\.\d+\.\d+/.exec(text)?.[0];
  if (exact !== undefined) return findRelease(exact) ?? newestUpTo(exact);
  const date = /\b20\d\d-\d\d(-\d\d)?/.exec(text)?.[0];
  if (date !== undefined) return releasedBy(date);
  const minor = /\d+\.\d+/.exec(text)?.[0];
  return (minor !== undefined && findRelease(minor)) || LATEST_RELEASE;
}

const oldest = RELEASES.at(-1)!;
const releasedBy = (date: string): Release =>
  RELEASES.find((release) => release.releasedOn <= date) ?? oldest;
/** 0.26.1rc1 is 0.26.0 and more; 0.16.1rc1 comes before the first release that is known. */
const newestUpTo = (version: string): Release =>
  RELEASES.find((release) => compareVersions(release.version, version) <= 0) ?? oldest;

/** Whether the vision tower was loaded. */
export function hasVision(row: Observation): boolean {
  if (row.flags?.language_model_only === true) return false;
  const limits = row.flags?.limit_mm_per_prompt;
  return !(
    typeof limits === 'object' &&
    limits !== null &&
    Object.values(limits).every((limit) => limit === 0)
  );
}

export const userBlockSize = (row: Observation): number | null => numberFlag(row, 'block_size');

/** GiB that CUDA reports: logged, or ours for a GPU we know; null otherwise. */
export function totalGiB(row: Observation): number | null {
  if (row.gpu_total_gib !== null) return row.gpu_total_gib;
  const gpu = findGpu(row.gpu.split(/[ (,]/)[0] ?? '');
  return gpu ? usableMemory(gpu).gib : null;
}

export function computeCapabilityOf(row: Observation): number | null {
  return findGpu(row.gpu.split(/[ (,]/)[0] ?? '')?.computeCapability ?? null;
}

/** Step and batch limits: logged, or the release's defaults for that much memory. */
export function limitsOf(
  row: Observation,
  release: Release,
  usableGiB: number,
): { maxNumSeqs: number; maxNumBatchedTokens: number } {
  const defaults = batchDefaults(release, { id: row.gpu, usableGiB });
  return {
    maxNumSeqs: numberFlag(row, 'max_num_seqs') ?? defaults.maxNumSeqs,
    maxNumBatchedTokens: numberFlag(row, 'max_num_batched_tokens') ?? defaults.maxNumBatchedTokens,
  };
}

/** Why the KV cache of a row cannot be predicted from its utilisation, or null. */
export function budgetObstacle(row: Observation): string | null {
  if (row.gpu_memory_utilization === null) return 'utilisation is not logged';
  if (/GB10|Spark/i.test(row.gpu)) return 'unified memory: the system takes its share';
  if (/AMD|MI\d/i.test(row.gpu)) return 'not an NVIDIA GPU';
  if (/shared/i.test(row.gpu)) return 'the GPU was shared with another server';
  return totalGiB(row) === null ? 'the memory CUDA reports is not logged' : null;
}
