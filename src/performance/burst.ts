import type { Coefficients } from './coefficients';
import { ranksOf, type StepFeatures } from './features';
import { type Load, type SteadyState, steadyState } from './steady-state';
import { acceptedTokens, decodeStep, prefillSeconds, requestOverheadSeconds } from './step';

/** Means of a run that ends: seconds, and tokens per second of the replica. */
export interface RunMeans {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly outputTokensPerSecond: number;
}

/** So many requests sent at once to one rank, and nothing after. */
export type BurstLoad = Omit<Load, 'arrivals'> & { readonly requests: number };

/**
 * A single burst: prompts are prefilled one after the other, then all decode together. performance-model.md 2.4.
 * One larger than the pool runs in waves.
 */
export function burstMeans(f: StepFeatures, k: Coefficients, load: BurstLoad): RunMeans {
  const { inputTokens, outputTokens, maxNumBatchedTokens, cachedTokens = 0, requests } = load;
  if (requests > load.maxBatch) return burstInWaves(f, k, load);
  const computedTokens = Math.max(1, inputTokens - cachedTokens);
  const share = Math.max(1, maxNumBatchedTokens / computedTokens);
  const step = decodeStep(f, k, requests, inputTokens + outputTokens / 2).total;
  const prefill = prefillSeconds(f, k, {
    inputTokens: computedTokens,
    cachedTokens,
    maxNumBatchedTokens,
    decodeBatch: requests / 2,
    share,
  });
  const perRequest = prefill + (0.5 * step * computedTokens) / maxNumBatchedTokens;
  const outside = requestOverheadSeconds(k, inputTokens);
  const decoding = ((outputTokens - 1) * step) / acceptedTokens(f.mtpTokens, k.mtpAcceptance);
  const total = outside + requests * perRequest + decoding;
  const ttftSeconds = outside + ((requests + 1) / 2) * perRequest;
  return {
    ttftSeconds,
    tpotSeconds: outputTokens > 1 ? (total - ttftSeconds) / (outputTokens - 1) : step,
    outputTokensPerSecond: ((requests * outputTokens) / total) * ranksOf(f),
  };
}

/**
 * A burst larger than the pool. The first batch B is admitted at once and prefilled one by one; the rest are admitted
 * as sequences end, at the steady rate X, from half a generation on or when the first batch is through its prefill,
 * whichever is later.
 */
function burstInWaves(f: StepFeatures, k: Coefficients, load: BurstLoad): RunMeans {
  const { requests, maxBatch, outputTokens, inputTokens } = load;
  const s = steadyState(f, k, {
    ...load,
    arrivals: { kind: 'closed', concurrency: requests, totalRequests: requests },
  });
  const rate = s.requestsPerSecond / ranksOf(f);
  const firstBatchSeconds = (maxBatch * s.utilisation) / rate;
  const generation = (outputTokens - 1) * s.tpotSeconds;
  const first = maxBatch / requests;
  const rest = Math.max(firstBatchSeconds, generation / 2) + (requests - maxBatch) / (2 * rate);
  return {
    ttftSeconds:
      requestOverheadSeconds(k, inputTokens) + first * (firstBatchSeconds / 2) + (1 - first) * rest,
    tpotSeconds: s.tpotSeconds,
    outputTokensPerSecond: s.outputTokensPerSecond,
  };
}

/**
 * Output of a whole closed run by Little's law, its first burst included (what benchmarks print); the steady state
 * alone is faster.
 */
export const wholeRunOutput = (
  f: StepFeatures,
  s: SteadyState,
  concurrency: number,
  outputTokens: number,
): number => (concurrency * outputTokens * ranksOf(f)) / (s.ttftSeconds + (outputTokens - 1) * s.tpotSeconds);
