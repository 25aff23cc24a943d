import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { type Footing, pessimistic, type Regime } from './interval';
import type { Load } from './load';
import { type LengthTail, type Percentile95, randomArrivals } from './percentile';

/** What users must feel, at the 95th percentile. */
export interface LatencySlo {
  readonly ttftP95Seconds: number;
  readonly tpotP95Seconds: number;
}

/** Why a rate is too high. */
export interface Shortfall {
  readonly limit: 'TPOT p95' | 'TTFT p95' | 'sequences that fit';
  /** Pessimistic figure and target, seconds; null when the engine is unstable. */
  readonly figureSeconds: number | null;
  readonly targetSeconds: number | null;
  /** Figure over target. */
  readonly distance: number;
}

export interface CapacityInput {
  readonly features: StepFeatures;
  readonly coefficients: Coefficients;
  /** Load of one rank; arrivals are set here. */
  readonly load: Omit<Load, 'arrivals'>;
  readonly tail: LengthTail;
  readonly slo: LatencySlo;
  readonly footing: Footing;
  /** Probability that the SLO holds, given the model's error. */
  readonly confidence: number;
}

/** Highest rate within the SLO, requests per second of one rank; or what fails even at idle. */
export type Capacity =
  | { readonly feasible: true; readonly requestsPerSecond: number; readonly limitedBy: string }
  | { readonly feasible: false; readonly shortfall: Shortfall };

export const IDLE_REQUESTS_PER_SECOND = 1e-3;
const HIGHEST_RATE = 1e5;
/** Leaves the rate within 0.3 percent: far inside the model's own error. */
const BISECTIONS = 9;

/** What is held against an SLO. */
export type Judged = Omit<Percentile95, 'mean'> & { readonly mean: Pick<Percentile95['mean'], 'stable'> };

/**
 * What a rate breaks, taking the interval's pessimistic bound at the wanted confidence; null when it holds.
 * The widths are those of steady load: widening them at the border of `loaded` would make the capacity jump.
 */
export function shortfallOf(
  p: Judged,
  slo: LatencySlo,
  footing: Footing,
  confidence: number,
  regime: Regime = 'steady',
): Shortfall | null {
  const tpot = pessimistic(p.tpotP95Seconds, 'tpot', footing, confidence, regime);
  const ttft = pessimistic(p.ttftP95Seconds, 'ttft', footing, confidence, regime);
  const tpotDistance = tpot / slo.tpotP95Seconds;
  const ttftDistance = ttft / slo.ttftP95Seconds;
  if (Math.max(tpotDistance, ttftDistance) > 1) {
    return tpotDistance >= ttftDistance
      ? { limit: 'TPOT p95', figureSeconds: tpot, targetSeconds: slo.tpotP95Seconds, distance: tpotDistance }
      : { limit: 'TTFT p95', figureSeconds: ttft, targetSeconds: slo.ttftP95Seconds, distance: ttftDistance };
  }
  return p.mean.stable
    ? null
    : { limit: 'sequences that fit', figureSeconds: null, targetSeconds: null, distance: 1 };
}

/** Whether a rate breaks nothing: what `shortfallOf` says, with no more computed than that takes. */
export const holdsSlo = (p: Judged, slo: LatencySlo, footing: Footing, confidence: number): boolean =>
  p.mean.stable &&
  !(pessimistic(p.tpotP95Seconds, 'tpot', footing, confidence) / slo.tpotP95Seconds > 1) &&
  !(pessimistic(p.ttftP95Seconds, 'ttft', footing, confidence) / slo.ttftP95Seconds > 1);

/** The capacity of one rank in closed form; the simulation judges what is chosen. */
export function capacity(input: CapacityInput): Capacity {
  const at = randomArrivals(input.features, input.coefficients, input.load, input.tail);
  const problemAt = (rate: number): Shortfall | null =>
    shortfallOf(at(rate), input.slo, input.footing, input.confidence);
  const idle = problemAt(IDLE_REQUESTS_PER_SECOND);
  if (idle !== null) return { feasible: false, shortfall: idle };
  const { rate, problem } = highestRate(problemAt);
  return { feasible: true, requestsPerSecond: rate, limitedBy: problem?.limit ?? 'nothing' };
}

/** Highest rate without a problem, and the problem just above it; the idle rate must have none. */
export function highestRate<P>(problemAt: (rate: number) => P | null): {
  readonly rate: number;
  readonly problem: P | null;
} {
  let good = IDLE_REQUESTS_PER_SECOND;
  let bad = good;
  let problem: P | null = null;
  while (problem === null && bad < HIGHEST_RATE) {
    good = bad;
    bad *= 4;
    problem = problemAt(bad);
  }
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = Math.sqrt(good * bad);
    const found = problemAt(middle);
    if (found === null) good = middle;
    else {
      bad = middle;
      problem = found;
    }
  }
  return { rate: good, problem };
}
