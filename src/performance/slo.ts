import { type Footing, pessimistic } from './interval';
import type { Percentile95 } from './percentile';

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
): Shortfall | null {
  const tpot = pessimistic(p.tpotP95Seconds, 'tpot', footing, confidence);
  const ttft = pessimistic(p.ttftP95Seconds, 'ttft', footing, confidence);
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
