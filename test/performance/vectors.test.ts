import {
  agedCoefficients,
  type Benchmark,
  predictBenchmark,
} from '../../scripts/calibration/benchmark-modes';
import type { Coefficients } from '../../src/performance/coefficients';
import shared from '../data/shared-coefficients.json';
import { featuresOf, SHARED, VECTORS, type VectorFeatures } from './vectors';

const MODES = ['closed', 'open', 'burst', 'decode', 'prefill'] as const;

const benchmarkOf = (v: VectorFeatures): Benchmark => ({
  mode: MODES[v.mode]!,
  concurrency: v.C,
  totalRequests: v.N,
  requestsPerSecond: v.lam,
  inputTokens: v.isl,
  outputTokens: v.osl,
  maxBatch: Math.min(v.maxseq, v.kvcap),
  maxNumBatchedTokens: v.M,
  drainTail: v.bench_tail,
  sharedPrefixKvEfficiency: SHARED.kv_sh,
});

const STUDIED: Coefficients = shared.coefficients;

/** The study scales layers, steps and mixed steps of vLLM <= 0.12 by one factor. */
const coefficientsOf = (v: VectorFeatures) =>
  v.old > 0 ? agedCoefficients(STUDIED, { overhead: SHARED.old, sequence: 1, request: 1 }) : STUDIED;

describe('the shared worked predictions are reproduced to 1%', () => {
  test.each(VECTORS.map((v) => [v.features.id, v] as const))('%s', (_, { features, prediction }) => {
    const actual = predictBenchmark(featuresOf(features), coefficientsOf(features), benchmarkOf(features));
    const figures = [
      [actual.tpotSeconds * 1000, prediction.tpot],
      [actual.ttftSeconds * 1000, prediction.ttft],
      [actual.outputTokensPerSecond, prediction.out],
    ].filter(([figure]) => !Number.isNaN(figure)) as [number, number][];
    expect(figures.length).toBeGreaterThan(0);
    for (const [figure, expected] of figures) expect(Math.abs(figure / expected - 1)).toBeLessThan(0.01);
  });
});
