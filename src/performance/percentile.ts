import type { Coefficients } from './coefficients';
import { ranksOf, type StepFeatures } from './features';
import { type Load, type SteadyState, steadyState } from './steady-state';
import { decodeStep, prefillSeconds } from './step';

/** Lengths whose 95th percentile matters; tokens. */
export interface LengthTail {
  readonly inputP95Tokens: number;
}

export interface Percentile95 {
  readonly mean: SteadyState;
  readonly ttftP95Seconds: number;
  readonly tpotP95Seconds: number;
}

const Z_95 = 1.6449;

/**
 * 95th percentiles in closed form, for the search over candidates.
 *
 * TTFT spreads by two independent things: the prompt's own length, and waiting. Waiting has the exponential tail of
 * M/G/1, P(W > t) = U exp(-t / w) with w the wait of those who wait; their spreads add as variances.
 * TPOT of a request spreads by the batch it shares: arrivals are random, so the batch is Poisson around its mean.
 */
export function percentile95(f: StepFeatures, k: Coefficients, load: Load, tail: LengthTail): Percentile95 {
  const mean = steadyState(f, k, load);
  const cached = load.cachedTokens ?? 0;
  const longPrefill = prefillSeconds(f, k, {
    inputTokens: Math.max(1, tail.inputP95Tokens - cached),
    maxNumBatchedTokens: load.maxNumBatchedTokens,
    decodeBatch: Math.max(mean.decodeBatch, 1e-3),
    share: 1,
  });
  const lengthSpread = Math.max(0, longPrefill - mean.prefillSeconds);

  const shape = 1 + squaredVariation(load.inputTokens, tail.inputP95Tokens);
  const service = mean.utilisation / Math.max(mean.requestsPerSecond / ranksOf(f), 1e-9);
  const waitOfWaiting = (service * shape) / (2 * (1 - mean.utilisation));
  const waitP95 = mean.utilisation > 0.05 ? waitOfWaiting * Math.log(mean.utilisation / 0.05) : 0;
  const waitSpread = Math.max(0, waitP95 - mean.queueSeconds);

  const busyBatch = Math.min(mean.decodeBatch + Z_95 * Math.sqrt(mean.decodeBatch), load.maxBatch);
  const context = load.inputTokens + load.outputTokens / 2;
  const busyStep = decodeStep(f, k, Math.max(busyBatch, 1), context).total;
  return {
    mean,
    ttftP95Seconds: mean.ttftSeconds + Math.hypot(lengthSpread, waitSpread),
    tpotP95Seconds: mean.tpotSeconds * Math.max(1, busyStep / mean.stepSeconds),
  };
}

/** Squared coefficient of variation of a log-normal with this mean and 95th percentile; 0 for fixed lengths. */
export function squaredVariation(mean: number, p95: number): number {
  const ratio = Math.log(p95 / mean);
  if (!(ratio > 0)) return 0;
  // ln(p95/mean) = z s - s^2/2 has a real solution up to z^2/2; beyond it the tail is as heavy as a log-normal gets.
  const sigma = ratio < (Z_95 * Z_95) / 2 ? Z_95 - Math.sqrt(Z_95 * Z_95 - 2 * ratio) : Z_95;
  return Math.exp(sigma * sigma) - 1;
}
