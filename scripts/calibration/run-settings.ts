/** How a benchmark was run, as far as its observation says or its source is known to do. */
import type { Gpu } from '../../src/hardware/gpus';
import type { CheckpointKey } from '../../src/models/checkpoints';
import { BF16, nvfp4On, type PrecisionMap, precisionMap, W4A16 } from '../../src/performance/precision-map';
import type { StepShape } from '../../src/performance/shape';
import type { Benchmark } from './benchmark-modes';
import type { Observation } from './observations';

const MXFP4: PrecisionMap = { attention: BF16, mlp: BF16, experts: W4A16, int4Experts: false };

/** No FP8 row is of a later release, and none before it differs in its kernels. */
const NEWEST_MEASURED = { version: '0.22.0' };

export function weightsOf(modelKey: string, precision: string, shape: StepShape, gpu: Gpu): PrecisionMap {
  if (modelKey.startsWith('gpt-oss')) return { ...MXFP4, experts: { ...nvfp4On(gpu), bytes: W4A16.bytes } };
  if (precision === 'fp4' && modelKey.startsWith('llama')) {
    const nvfp4 = nvfp4On(gpu);
    return { attention: nvfp4, mlp: nvfp4, experts: nvfp4, int4Experts: false };
  }
  if (precision === 'int4' && shape.moe === null)
    return { attention: W4A16, mlp: W4A16, experts: W4A16, int4Experts: false };
  return precisionMap(shape.moe !== null, CHECKPOINTS[precision] ?? 'bf16', gpu, NEWEST_MEASURED);
}

export const CHECKPOINTS: Readonly<Record<string, CheckpointKey>> = {
  bf16: 'bf16',
  fp8: 'fp8',
  fp4: 'nvfp4',
  int4: 'awq-int4',
};

/** Draft tokens; a source that says only `mtp` used two (its other runs say `mtp-2`). */
export const draftTokens = (o: Observation): number =>
  o.spec_decode?.startsWith('mtp') ? Number(/mtp-(\d+)/.exec(o.spec_decode)?.[1] ?? 2) : 0;

/**
 * FP8 KV cache: stated, or the source's habit. InferenceX serves Llama so (its vLLM config); of rtx6kpro the shared
 * vectors take the 397B runs so, and its other runs read tokens at the same rate only if they do likewise.
 */
export const hasFp8Kv = (o: Observation): boolean =>
  o.kv_cache_dtype === 'fp8' ||
  (o.server_args?.includes('kv-cache-dtype=fp8') ?? false) ||
  (o.source.startsWith('inferencex') && o.model_key.startsWith('llama')) ||
  o.source === 'rtx6kpro';

/** `--performance-mode throughput` doubles the batch limits that were not given (vllm/engine/arg_utils.py, since 0.17.0). */
export const usualLimitsFactor = (o: Observation): number =>
  /performance-mode[= ]throughput/.test(o.server_args ?? '') ? 2 : 1;

/** Before vLLM 0.13, or of 2025 where no version is stated; Qwen3.5 needs a later one. */
export function isOldEngine(o: Observation): boolean {
  if (o.is_qwen35_arch) return false;
  const version = /^0\.(\d+)/.exec(o.engine_version ?? '');
  if (version) return Number(version[1]) <= 12;
  return o.engine_version?.includes('2025') ?? o.measured_on?.startsWith('2025') ?? true;
}

/** Runs labelled a burst whose throughput is exactly one request a second (performance-model.md section 7). */
const CONSTANT_ONE_PER_SECOND = new Set(['obs-2238', 'obs-2239', 'obs-2240', 'obs-2241']);

export function modeOf(o: Observation): Benchmark['mode'] | null {
  if (o.phase === 'decode-steady') return 'decode';
  if (o.phase === 'prefill') return 'prefill';
  if (typeof o.request_rate === 'number' || CONSTANT_ONE_PER_SECOND.has(o.id)) return 'open';
  if (!o.concurrency) return null;
  return o.num_prompts && o.num_prompts <= o.concurrency ? 'burst' : 'closed';
}
