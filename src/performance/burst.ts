import type { Coefficients } from './coefficients';
import { ranksOf, type StepFeatures } from './features';
import type { Load } from './load';
import type { SteadyState } from './state';
import { steadyState, UNKNOWN_BURST_SHARE } from './steady-state';
import { acceptedTokens, decodeStep, prefillSeconds, requestOverheadSeconds, visionSeconds } from './step';
import { decodeCurve, prefillCurve } from './step-curves';

/** Means of a run that ends: seconds, and tokens per second of the replica. */
export interface RunMeans {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly outputTokensPerSecond: number;
}

/** So many requests sent at once to one rank, and nothing after. */
export type BurstLoad = Omit<Load, 'arrivals'> & { readonly requests: number };

/**
 * A single burst: prompts are prefilled one after the other, and each sequence decodes from the end of its own prompt
 * on, one token in every step, those that still carry prompts of others included. Where the prompts take more steps than
 * an output has tokens, the first sequences end before the last prompts begin. One that outgrows the pool runs in waves.
 */
export function burstMeans(f: StepFeatures, k: Coefficients, load: BurstLoad): RunMeans {
  if (k.selfInterference === 1) return studiedBurst(f, k, load);
  const { inputTokens, outputTokens, maxNumBatchedTokens, cachedTokens = 0, requests } = load;
  const computedTokens = Math.max(1, inputTokens - cachedTokens);
  const promptSteps = computedTokens / maxNumBatchedTokens;
  const decodeSteps = (outputTokens - 1) / acceptedTokens(f.mtpTokens, k.mtpAcceptance);
  const most = Math.max(1, Math.min(requests, decodeSteps / promptSteps));
  if (most > load.maxBatch) return burstInWaves(f, k, load);

  const step = decodeCurve(f, k, inputTokens + outputTokens / 2);
  // Steps with prompts among a sequence's own: those of all who come after it, or all it has.
  const behind = (requests - 1) * promptSteps;
  const mixed =
    decodeSteps >= behind ? behind / 2 : decodeSteps * (1 - decodeSteps / (2 * Math.max(behind, 1e-9)));
  const beside = decodeSteps >= behind ? most / 2 : most;
  const prefill =
    visionSeconds(f, k, load.images) +
    prefillCurve(
      f,
      k,
      computedTokens,
      cachedTokens,
    )(beside, Math.min(computedTokens * Math.max(1, 1 / promptSteps), maxNumBatchedTokens));
  const perRequest = prefill + promptSteps * step(beside);
  const outside = requestOverheadSeconds(k, inputTokens);
  // Prompts that share a step end together.
  const sharing = Math.min(requests, Math.max(1, 1 / promptSteps));
  const ttftSeconds = outside + ((requests + sharing) / 2) * perRequest;
  const decoding = (decodeSteps - mixed) * step(most) + mixed * (step(beside) + prefill / promptSteps);
  const total = outside + requests * perRequest + decodeSteps * step(decodeSteps >= behind ? most : most / 2);
  return {
    ttftSeconds,
    tpotSeconds: outputTokens > 1 ? decoding / (outputTokens - 1) : step(most),
    outputTokensPerSecond: ((requests * outputTokens) / total) * ranksOf(f),
  };
}

/** As first studied: nobody decodes while prompts are prefilled. performance-model.md 2.4. */
function studiedBurst(f: StepFeatures, k: Coefficients, load: BurstLoad): RunMeans {
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
 * Latencies of a closed run of so many requests: the first of each client come at once, all further ones when another
 * ends. The former are a burst; how much of its wait clients that start one by one see is fitted (`burstShare`).
 */
export function closedRunLatencies(
  f: StepFeatures,
  k: Coefficients,
  load: Omit<Load, 'arrivals'>,
  s: SteadyState,
  { concurrency, totalRequests }: { readonly concurrency: number; readonly totalRequests?: number },
): Pick<RunMeans, 'ttftSeconds' | 'tpotSeconds'> {
  if (k.selfInterference === 1) return s;
  const requests = Math.min(concurrency, load.maxBatch);
  const first = totalRequests === undefined ? UNKNOWN_BURST_SHARE : Math.min(1, requests / totalRequests);
  const burst = burstMeans(f, k, { ...load, requests });
  const response = s.ttftSeconds - s.blockedSeconds;
  return {
    ttftSeconds: s.ttftSeconds + k.burstShare * first * (burst.ttftSeconds - response),
    tpotSeconds:
      totalRequests === undefined
        ? s.tpotSeconds
        : s.tpotSeconds + first * (burst.tpotSeconds - s.tpotSeconds),
  };
}

/**
 * Output of a whole closed run by Little's law, its first burst included (what benchmarks print); the steady state
 * alone is faster.
 */
export const wholeRunOutput = (
  f: StepFeatures,
  { ttftSeconds, tpotSeconds }: Pick<RunMeans, 'ttftSeconds' | 'tpotSeconds'>,
  concurrency: number,
  outputTokens: number,
): number => (concurrency * outputTokens * ranksOf(f)) / (ttftSeconds + (outputTokens - 1) * tpotSeconds);
