/** How many sequences the KV pool of a benchmarked engine held. */
import { type Gpu, usableMemory } from '../../src/hardware/gpus';
import { findCheckpoint, getModel } from '../../src/models/registry';
import type { StepFeatures } from '../../src/performance/features';
import { MEAN_OUTPUT_HELD } from '../../src/performance/prediction';
import type { StepShape } from '../../src/performance/shape';
import { GIB, memoryBudget } from '../../src/vllm/budget';
import type { Layout } from '../../src/vllm/layout';
import { blocksPerSequence } from '../../src/vllm/pool';
import type { Observation } from './observations';
import { CHECKPOINTS, hasFp8Kv } from './run-settings';

/** CUDA context, NCCL, graphs and rounding per GPU, as for the Qwen3.5 family (src/vllm/budget.ts). */
const OTHER_GIB = 1;
/** Bytes of sampler work space per logit, and slack of the profiled forward: src/vllm/budget.ts. */
const SAMPLER_BYTES_PER_LOGIT = 11.7;
const ACTIVATION_SLACK = 1.5;

/** Work space of a model whose start-up logs this project does not hold, by the rule of src/vllm/budget.ts. */
function workSpaceBytes(s: StepShape, tp: number, limits: EngineLimits): number {
  const ffn = s.moe
    ? s.moe.activeExperts * ((3 * s.moe.expertSize) / tp + s.hiddenSize)
    : (3 * s.ffnSize) / tp;
  const elements = ffn + ((3 * s.attentionHeads + 2 * s.kvHeads) * s.headDim) / tp + 4 * s.hiddenSize;
  const forward = limits.maxNumBatchedTokens * elements * 2 * ACTIVATION_SLACK;
  const sampler = SAMPLER_BYTES_PER_LOGIT * s.vocabSize * Math.min(limits.maxNumSeqs, 256);
  return Math.max(forward, sampler) + 0.3 * Math.min(forward, sampler) + OTHER_GIB * GIB;
}
const PAGED_BLOCK_TOKENS = 16;
export interface EngineLimits {
  readonly maxNumBatchedTokens: number;
  readonly maxNumSeqs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Sequences that the pool holds at once: the exact hybrid pool for Qwen3.5, ordinary paged KV for other models. */
export function poolSequences(
  o: Observation,
  layout: Layout,
  gpu: Gpu,
  f: StepFeatures,
  shape: StepShape,
  qwenName: string | undefined,
  limits: EngineLimits,
): number {
  const usableGiB = usableMemory(gpu).gib;
  const heldTokens = limits.inputTokens + MEAN_OUTPUT_HELD * limits.outputTokens;
  if (qwenName !== undefined) {
    const sequences = hybridPoolSequences(o, layout, usableGiB, f.mtpTokens, qwenName, heldTokens, limits);
    if (sequences !== null) return sequences;
  }
  const weights = f.denseWeightBytes + f.expertWeightBytes + 2 * f.headWeightBytes;
  const free = 0.9 * usableGiB * GIB - weights - workSpaceBytes(shape, layout.tensorParallel, limits);
  const tokens = Math.ceil(heldTokens / PAGED_BLOCK_TOKENS) * PAGED_BLOCK_TOKENS;
  const perSequence =
    tokens * f.kvBytesPerToken +
    Math.min(tokens, 128) * f.slidingKvBytesPerToken +
    f.stateBytesPerSequence / 2;
  return Math.floor(free / perSequence);
}

function hybridPoolSequences(
  o: Observation,
  layout: Layout,
  usableGiB: number,
  mtpTokens: number,
  qwenName: string,
  heldTokens: number,
  limits: EngineLimits,
): number | null {
  const model = getModel(qwenName);
  const checkpoint = findCheckpoint(
    model,
    CHECKPOINTS[o.precision === 'mxfp4' ? 'fp4' : o.precision] ?? 'bf16',
  );
  if (checkpoint === undefined) return null;
  const budget = memoryBudget({
    architecture: model.architecture,
    checkpoint,
    layout,
    usableGiB,
    gpuMemoryUtilization: 0.9,
    kvCacheDtype: hasFp8Kv(o) ? 'fp8' : 'auto',
    ssmCacheDtype: 'auto',
    prefixCaching: o.server_args?.includes('enable-prefix-caching') ?? false,
    mtpTokens,
    vision: false,
    maxModelLen: 32_768,
    maxNumSeqs: Math.min(limits.maxNumSeqs, 1024),
    maxNumBatchedTokens: limits.maxNumBatchedTokens,
  });
  if (budget === null || budget.poolBlocks <= 1) return null;
  return Math.floor((budget.poolBlocks - 1) / blocksPerSequence(budget.pool, heldTokens));
}
