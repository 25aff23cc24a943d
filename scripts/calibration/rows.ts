/** Turns observations into rows of the fit: the step model's inputs, how the run was driven, what was measured. */
import { type Gpu, findGpu, usableMemory } from '../../src/hardware/gpus';
import type { CheckpointKey } from '../../src/models/checkpoints';
import { findCheckpoint, getModel } from '../../src/models/registry';
import { type StepFeatures, shapeFeatures } from '../../src/performance/features';
import { BF16, nvfp4On, type PrecisionMap, precisionMap, W4A16 } from '../../src/performance/precision-map';
import { type StepShape, shapeOf } from '../../src/performance/shape';
import { GIB, memoryBudget } from '../../src/vllm/budget';
import { blocksPerSequence } from '../../src/vllm/pool';
import type { Layout } from '../../src/vllm/layout';
import type { Benchmark } from './benchmark-modes';
import { exclusionReason } from './exclusions';
import { central, isMedian, type Observation } from './observations';
import { REFERENCE_MODELS } from './reference-models';

export const FIGURES = ['tpot', 'ttft', 'output'] as const;
export type FigureName = (typeof FIGURES)[number];

export interface Row {
  readonly id: string;
  readonly source: string;
  /** What is left out together: model, GPU, precision, TP, DP, EP. */
  readonly configuration: string;
  readonly model: string;
  readonly isQwen35: boolean;
  readonly gpu: string;
  readonly precision: string;
  readonly phase: string;
  readonly features: StepFeatures;
  readonly benchmark: Benchmark;
  readonly oldEngine: boolean;
  /** Seconds, seconds, tokens per second; null where the source did not measure it. */
  readonly measured: Readonly<Record<FigureName, number | null>>;
  /** The output rate was computed from TTFT and TPOT: it is no evidence of its own. */
  readonly outputDerived: boolean;
  readonly excluded: string | null;
}

const GPU_IDS: Readonly<Record<string, string>> = { a100: 'A100-80GB' };
const QWEN_NAMES: Readonly<Record<string, string>> = {
  'qwen3.5-0.8b': 'Qwen3.5-0.8B',
  'qwen3.5-2b': 'Qwen3.5-2B',
  'qwen3.5-4b': 'Qwen3.5-4B',
  'qwen3.5-9b': 'Qwen3.5-9B',
  'qwen3.5-27b': 'Qwen3.5-27B',
  'qwen3.6-27b': 'Qwen3.5-27B',
  'qwen3.8-27b': 'Qwen3.5-27B',
  'qwen3.5-35b-a3b': 'Qwen3.5-35B-A3B',
  'qwen3.6-35b-a3b': 'Qwen3.5-35B-A3B',
  'qwen3.5-122b-a10b': 'Qwen3.5-122B-A10B',
  'qwen3.5-397b-a17b': 'Qwen3.5-397B-A17B',
};

/** The row of a vLLM observation, or why it cannot be predicted. */
export function rowOf(o: Observation): Row | { readonly unusable: string } {
  const name = QWEN_NAMES[o.model_key];
  const shape = name === undefined ? REFERENCE_MODELS[o.model_key] : shapeOf(getModel(name).architecture);
  const gpu = findGpu(GPU_IDS[o.gpu_key] ?? o.gpu_key);
  if (shape === undefined) return { unusable: `unknown model ${o.model_key}` };
  if (gpu === undefined) return { unusable: `unknown GPU ${o.gpu_key}` };
  const mode = modeOf(o);
  if (mode === null) return { unusable: 'no concurrency and no rate' };
  const model = name ?? o.model_key;
  const precision = o.precision === 'mxfp4' ? 'fp4' : o.precision;
  const layout: Layout = {
    tensorParallel: o.tp,
    pipelineParallel: o.pp || 1,
    dataParallel: o.dp,
    expertParallel: (o.ep ?? 1) > 1,
  };
  const features = shapeFeatures(shape, weightsOf(o.model_key, precision, shape, gpu), gpu, layout, {
    kvBytes: hasFp8Kv(o) ? 1 : 2,
    mtpTokens: draftTokens(o),
  });
  const benchmark = benchmarkOf(o, mode, layout, gpu, features, shape, name);
  const prefill = o.phase === 'prefill';
  const decode = o.phase === 'decode-steady';
  const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
  return {
    id: o.id,
    source: o.source,
    configuration: `${model} ${gpu.id} ${precision} tp${o.tp} dp${o.dp} ep${o.ep ?? 1}`,
    model,
    isQwen35: name !== undefined,
    gpu: gpu.id,
    precision,
    phase: o.phase,
    features,
    benchmark,
    oldEngine: isOldEngine(o),
    measured: {
      tpot: prefill ? null : seconds(central(o.tpot_ms)),
      ttft: decode ? null : seconds(central(o.ttft_ms)),
      // An open loop below saturation puts out what is offered: nothing was measured.
      output: prefill || mode === 'open' ? null : (o.output_tok_s ?? null),
    },
    outputDerived: o.output_tok_s_derived === true || decode,
    excluded: exclusionReason(o.id, o.model_key),
  };
}

const MXFP4: PrecisionMap = { attention: BF16, mlp: BF16, experts: W4A16, int4Experts: false };

function weightsOf(modelKey: string, precision: string, shape: StepShape, gpu: Gpu): PrecisionMap {
  if (modelKey.startsWith('gpt-oss')) return { ...MXFP4, experts: { ...nvfp4On(gpu), bytes: W4A16.bytes } };
  if (precision === 'fp4' && modelKey.startsWith('llama')) {
    const nvfp4 = nvfp4On(gpu);
    return { attention: nvfp4, mlp: nvfp4, experts: nvfp4, int4Experts: false };
  }
  if (precision === 'int4' && shape.moe === null) return { attention: W4A16, mlp: W4A16, experts: W4A16, int4Experts: false };
  return precisionMap(shape.moe !== null, CHECKPOINTS[precision] ?? 'bf16', gpu);
}

const CHECKPOINTS: Readonly<Record<string, CheckpointKey>> = { bf16: 'bf16', fp8: 'fp8', fp4: 'nvfp4', int4: 'awq-int4' };

/** Draft tokens; a source that says only `mtp` used two (its other runs say `mtp-2`). */
const draftTokens = (o: Observation): number =>
  o.spec_decode?.startsWith('mtp') ? Number(/mtp-(\d+)/.exec(o.spec_decode)?.[1] ?? 2) : 0;

/**
 * FP8 KV cache: stated, or the source's habit. InferenceX serves Llama so (its vLLM config); of rtx6kpro the shared
 * vectors take the 397B runs so, and its other runs read tokens at the same rate only if they do likewise.
 */
const hasFp8Kv = (o: Observation): boolean =>
  o.kv_cache_dtype === 'fp8' ||
  (o.server_args?.includes('kv-cache-dtype=fp8') ?? false) ||
  (o.source.startsWith('inferencex') && o.model_key.startsWith('llama')) ||
  o.source === 'rtx6kpro';

/** Before vLLM 0.13, or of 2025 where no version is stated. */
function isOldEngine(o: Observation): boolean {
  const version = /^0\.(\d+)/.exec(o.engine_version ?? '');
  if (version) return Number(version[1]) <= 12;
  return o.engine_version?.includes('2025') ?? o.measured_on?.startsWith('2025') ?? true;
}

/** Runs labelled a burst whose throughput is exactly one request a second (performance-model.md section 7). */
const CONSTANT_ONE_PER_SECOND = new Set(['obs-2238', 'obs-2239', 'obs-2240', 'obs-2241']);

function modeOf(o: Observation): Benchmark['mode'] | null {
  if (o.phase === 'decode-steady') return 'decode';
  if (o.phase === 'prefill') return 'prefill';
  if (typeof o.request_rate === 'number' || CONSTANT_ONE_PER_SECOND.has(o.id)) return 'open';
  if (!o.concurrency) return null;
  return o.num_prompts && o.num_prompts <= o.concurrency ? 'burst' : 'closed';
}

/** InferenceX draws lengths evenly from 80 to 100% of the nominal one. */
const lengthScale = (o: Observation): number => (o.source.startsWith('inferencex') ? 0.9 : 1);

/** Share of a ShareGPT run's time in which it drains: assumed, performance-model.md 2.4. */
const SHAREGPT_DRAIN = 0.3;

function benchmarkOf(
  o: Observation,
  mode: Benchmark['mode'],
  layout: Layout,
  gpu: Gpu,
  features: StepFeatures,
  shape: StepShape,
  qwenName: string | undefined,
): Benchmark {
  const usableGiB = usableMemory(gpu).gib;
  const large = usableGiB >= 70 && gpu.computeCapability !== 8;
  const argument = (...names: string[]): number | undefined => {
    for (const name of names) {
      const found = new RegExp(`(?:^|[\\s-])${name}[=\\s]+(\\d+)`).exec(o.server_args ?? '');
      if (found) return Number(found[1]);
    }
    return undefined;
  };
  const maxNumBatchedTokens = argument('max-num-batched-tokens', 'bt') ?? (large ? 8192 : 2048);
  const maxNumSeqs = argument('max-num-seqs', 'seqs') ?? (large ? 1024 : 256);
  const inputTokens = Math.max(1, o.isl * lengthScale(o));
  const outputTokens = (o.osl ?? (mode === 'prefill' ? 1 : 512)) * lengthScale(o);
  const pool = poolSequences(o, layout, gpu, features, shape, qwenName, { maxNumBatchedTokens, maxNumSeqs, inputTokens, outputTokens });
  return {
    mode,
    concurrency: (o.concurrency ?? 0) / o.dp,
    totalRequests: (o.num_prompts ?? 0) / o.dp,
    requestsPerSecond: typeof o.request_rate === 'number' ? o.request_rate : 1,
    inputTokens,
    outputTokens,
    maxBatch: Math.max(1, Math.min(maxNumSeqs, pool)),
    maxNumBatchedTokens,
    drainTail: o.dataset === 'ShareGPT' ? SHAREGPT_DRAIN : 0,
    sharedPrefixKvEfficiency: 1,
    medianTtft: isMedian(o.ttft_ms),
    wholeRunOutput: o.output_tok_s_derived === true,
  };
}

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
/** Mean share of the output that a running sequence holds when sequences are admitted as others end. */
const MEAN_OUTPUT_HELD = 0.6;

interface EngineLimits {
  readonly maxNumBatchedTokens: number;
  readonly maxNumSeqs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Sequences that the pool holds at once: the exact hybrid pool for Qwen3.5, ordinary paged KV for other models. */
function poolSequences(
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
    tokens * f.kvBytesPerToken + Math.min(tokens, 128) * f.slidingKvBytesPerToken + f.stateBytesPerSequence / 2;
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
  const checkpoint = findCheckpoint(model, CHECKPOINTS[o.precision === 'mxfp4' ? 'fp4' : o.precision] ?? 'bf16');
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
