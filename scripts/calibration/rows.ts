/** Turns observations into rows of the fit: the step model's inputs, how the run was driven, what was measured. */
import { findGpu, type Gpu, usableMemory } from '../../src/hardware/gpus';
import { getModel } from '../../src/models/registry';
import { type StepFeatures, shapeFeatures } from '../../src/performance/features';
import { squaredVariation } from '../../src/performance/queueing';
import { type StepShape, shapeOf } from '../../src/performance/shape';
import type { Layout } from '../../src/vllm/layout';
import type { Benchmark } from './benchmark-modes';
import { exclusionReason } from './exclusions';
import { central, type Observation } from './observations';
import { poolSequences } from './pool-sequences';
import { REFERENCE_MODELS } from './reference-models';
import { draftTokens, hasFp8Kv, isOldEngine, modeOf, usualLimitsFactor, weightsOf } from './run-settings';

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

export interface UnusableRow {
  readonly id: string;
  readonly reason: string;
}

/** The vLLM rows of a file, and those that lack what a prediction needs. */
export function rowsOf(observations: readonly Observation[]): {
  readonly rows: Row[];
  readonly unusable: UnusableRow[];
} {
  const rows: Row[] = [];
  const unusable: UnusableRow[] = [];
  for (const observation of observations) {
    if (observation.engine !== 'vllm') continue;
    const row = rowOf(observation);
    if ('unusable' in row) unusable.push({ id: observation.id, reason: row.unusable });
    else rows.push(row);
  }
  return { rows, unusable };
}

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

/** InferenceX draws lengths evenly from 80 to 100% of the nominal one. */
const lengthScale = (o: Observation): number => (o.source.startsWith('inferencex') ? 0.9 : 1);

/** Share of a ShareGPT run's time in which it drains: assumed, performance-model.md 2.4. */
const SHAREGPT_DRAIN = 0.3;

/** ShareGPT answers differ in length. At one speed their times spread like their lengths, and those are published. */
function outputVariationOf(o: Observation): { outputVariation?: number } {
  const { mean, p95 } = o.e2e_ms ?? {};
  if (o.dataset !== 'ShareGPT' || !mean || !p95) return {};
  return { outputVariation: squaredVariation(mean, p95) };
}

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
  const usual = usualLimitsFactor(o);
  const maxNumBatchedTokens = argument('max-num-batched-tokens', 'bt') ?? (large ? 8192 : 2048) * usual;
  const maxNumSeqs = argument('max-num-seqs', 'seqs') ?? (large ? 1024 : 256) * usual;
  const inputTokens = Math.max(1, o.isl * lengthScale(o));
  const outputTokens = (o.osl ?? (mode === 'prefill' ? 1 : 512)) * lengthScale(o);
  const pool = poolSequences(o, layout, gpu, features, shape, qwenName, {
    maxNumBatchedTokens,
    maxNumSeqs,
    inputTokens,
    outputTokens,
  });
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
    wholeRunOutput: o.output_tok_s_derived === true,
    ...outputVariationOf(o),
  };
}

/** Repeats of one workload point, such as sweeps of a flag that changes nothing. */
export const sameRun = (row: Row): string =>
  [
    row.configuration,
    row.phase,
    row.benchmark.mode,
    row.benchmark.concurrency,
    row.benchmark.inputTokens,
    row.benchmark.outputTokens,
  ].join('|');
