import fc from 'fast-check';
import { getGpu, usableMemory } from '../../src/hardware/gpus';
import type { CheckpointKey } from '../../src/models/checkpoints';
import { findCheckpoint, getModel } from '../../src/models/registry';
import { coefficientsFor, FITTED } from '../../src/performance/coefficients';
import { stepFeatures } from '../../src/performance/features';
import type { HistoryHits, Load } from '../../src/performance/load';
import type { LengthDistribution, SimulationConfig } from '../../src/simulation/config';
import { memoryBudget } from '../../src/vllm/budget';
import { type Layout, tensorParallelOnly } from '../../src/vllm/layout';
import { savesStatesWithin } from '../../src/vllm/pool';
import { batchDefaults, LATEST_RELEASE } from '../../src/vllm/releases';

const ENGINES: readonly (readonly [string, CheckpointKey, string, number])[] = [
  ['Qwen3.5-35B-A3B', 'fp8', 'H100', 1],
  ['Qwen3.5-9B', 'bf16', 'L40S', 1],
  ['Qwen3.5-27B', 'fp8', 'L40S', 2],
  ['Qwen3.5-27B', 'fp8', 'H200', 1],
  ['Qwen3.5-122B-A10B', 'fp8', 'H200', 2],
  ['Qwen3.5-397B-A17B', 'nvfp4', 'RTXPRO6000', 4],
  ['Qwen3.5-4B', 'bf16', 'L4', 1],
  ['Qwen3.5-27B', 'bf16', 'A100-80GB', 2],
];

/** Round lengths would hide what those just above a token budget do. */
function logUniform(least: number, most: number): fc.Arbitrary<number> {
  const log = fc.noBias(fc.double({ min: Math.log(least), max: Math.log(most), noNaN: true }));
  return log.map((x) => Math.round(Math.exp(x)));
}

/** Any of these engines, and mean lengths of requests. */
export const ENGINE_AND_LENGTHS = {
  engine: fc.constantFrom(...ENGINES),
  caching: fc.boolean(),
  mtpTokens: fc.constantFrom(0, 0, 1, 3),
  inputTokens: logUniform(100, 20_000),
  outputTokens: logUniform(50, 1000),
};

/** Any of these engines under any of these loads. */
const CASES = fc.record({
  ...ENGINE_AND_LENGTHS,
  /** 95th percentile over mean of both lengths. */
  spread: fc.constantFrom<number>(1, 1, 2.5),
  utilisation: fc.double({ min: 0.05, max: 0.7, noNaN: true }),
  maxNumSeqs: fc.constantFrom<number>(128, 128, 128, 128, 128, 32, 12, 5),
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});
export type AgreementCase = (typeof CASES extends fc.Arbitrary<infer T> ? T : never) & {
  /** Some prompts find their conversation so far. */
  readonly history?: HistoryHits;
  /** Of prompts, where it is not that of answers. */
  readonly promptSpread?: number;
  /** Longest request that the engine takes; four times the mean where it is not given. */
  readonly maxModelLen?: number;
  /** Tensor parallel only where it is not given. */
  readonly layout?: Layout;
};

/** Long enough for whole blocks to be found, with hits from one in eight to nearly all. */
const CONVERSATIONS = fc
  .record({
    load: CASES,
    inputTokens: logUniform(2000, 20_000),
    history: fc.record({
      share: fc.constantFrom(0.125, 0.25, 0.5, 0.75, 0.95),
      ofPrompt: fc.constantFrom(0.5, 0.8, 0.95),
      lessTokens: fc.constantFrom(0, 300),
    }),
  })
  .map(
    ({ load, ...conversation }): AgreementCase => ({ ...load, ...conversation, caching: true, mtpTokens: 0 }),
  );
/** What an engine and its load are made of, however requests arrive. */
export type EngineCase = Omit<AgreementCase, 'utilisation'>;

export const sampleCases = (seed: number, count: number): readonly AgreementCase[] =>
  fc.sample(CASES, { seed, numRuns: count });

export const sampleConversations = (seed: number, count: number): readonly AgreementCase[] =>
  fc.sample(CONVERSATIONS, { seed, numRuns: count });

/** Log-normal with this 95th percentile over its mean, or all alike. */
export const lengthOf = (mean: number, spread: number): LengthDistribution =>
  spread === 1 ? { kind: 'fixed', tokens: mean } : { kind: 'lognormal', mean, p95: spread * mean };

/** The engine with vLLM's defaults, or null when it does not hold the load. Arrivals and requests are yet to be set. */
export function configOf(c: EngineCase): SimulationConfig | null {
  const [name, key, gpuId, tp] = c.engine;
  const layout = c.layout ?? tensorParallelOnly(tp);
  const { architecture } = getModel(name);
  const gpu = getGpu(gpuId);
  const usableGiB = usableMemory(gpu).gib;
  const { maxNumBatchedTokens } = batchDefaults(LATEST_RELEASE, { id: gpuId, usableGiB });
  const prefixCaching = c.caching && c.mtpTokens === 0;
  const budget = memoryBudget({
    architecture,
    checkpoint: findCheckpoint(getModel(name), key)!,
    layout,
    usableGiB,
    gpuMemoryUtilization: 0.9,
    kvCacheDtype: 'auto',
    ssmCacheDtype: 'auto',
    prefixCaching,
    mtpTokens: c.mtpTokens,
    vision: false,
    maxModelLen: c.maxModelLen ?? 4 * (c.inputTokens + c.outputTokens),
    maxNumSeqs: c.maxNumSeqs,
    maxNumBatchedTokens,
    release: LATEST_RELEASE,
    computeCapability: gpu.computeCapability,
  });
  if (budget === null || !budget.fits) return null;
  return {
    features: stepFeatures(architecture, key, gpu, layout, {
      kvBytes: 2,
      mtpTokens: c.mtpTokens,
      release: LATEST_RELEASE,
    }),
    coefficients: coefficientsFor(FITTED, name, gpuId),
    pool: { blocks: budget.poolBlocks, layout: budget.pool },
    maxNumSeqs: c.maxNumSeqs,
    maxNumBatchedTokens,
    prefixCaching,
    mtpTokens: c.mtpTokens,
    replicas: 1,
    routing: 'least-outstanding',
    arrivals: { kind: 'poisson', requestsPerSecond: 1 },
    ...(c.history === undefined
      ? {}
      : { prefixes: { kind: 'shared' as const, common: { tokens: 0 }, groups: 1, history: c.history } }),
    lengths: {
      kind: 'independent',
      input: lengthOf(c.inputTokens, c.promptSpread ?? c.spread),
      output: lengthOf(c.outputTokens, c.spread),
    },
    requests: 1,
    seed: c.seed,
    slo: null,
  };
}

/** Where the prefix cache has prompts cut. */
export const promptCuts = (
  { prefixCaching, pool: { layout } }: SimulationConfig,
  { mtpTokens }: Pick<AgreementCase, 'mtpTokens'>,
): Pick<Load, 'blockTokens' | 'checkpointsWithin'> =>
  prefixCaching
    ? { blockTokens: layout.blockTokens, checkpointsWithin: savesStatesWithin(layout, mtpTokens) }
    : {};

/** The same load of one rank in means, for the closed form. */
export const loadOf = (c: AgreementCase, config: SimulationConfig, requestsPerSecond: number): Load => ({
  arrivals: { kind: 'open', requestsPerSecond, spacing: 'poisson' },
  inputTokens: c.inputTokens,
  outputTokens: c.outputTokens,
  maxBatch: config.maxNumSeqs,
  maxNumBatchedTokens: config.maxNumBatchedTokens,
  ...promptCuts(config, c),
  ...(c.history === undefined ? {} : { history: c.history }),
});
