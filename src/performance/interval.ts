import type { Basis } from './coefficients';
import type { SteadyState } from './steady-state';

/** A predicted figure: 80% of such predictions fall between low and high. */
export interface Interval {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

/** Log-normal standard deviations set on left-out configurations (performance-model.md section 9.4). */
const SPREAD: Readonly<Record<Basis, { readonly tpot: number; readonly ttft: number }>> = {
  measured: { tpot: 0.27, ttft: 0.56 },
  related: { tpot: 0.35, ttft: 0.65 },
  datasheet: { tpot: 0.45, ttft: 0.75 },
};

/** `loaded`: near saturation or short of KV memory, where small errors of the model become large ones. */
export type Regime = 'steady' | 'loaded';

const LOADED_UTILISATION = 0.8;
const LOADED_PREFILL_SHARE = 0.5;

export const regimeOf = (s: SteadyState): Regime =>
  !s.stable || s.blockedSeconds > 0 || s.utilisation > LOADED_UTILISATION || s.prefillShare > LOADED_PREFILL_SHARE
    ? 'loaded'
    : 'steady';

export type Figure = 'tpot' | 'ttft';

const Z_80_TWO_SIDED = 1.2816;

export function intervalAround(expected: number, figure: Figure, basis: Basis): Interval {
  const factor = Math.exp(Z_80_TWO_SIDED * SPREAD[basis][figure]);
  return { low: expected / factor, expected, high: expected * factor };
}

/** The value that the figure stays below with the given probability. */
export function pessimistic(expected: number, figure: Figure, basis: Basis, confidence: number): number {
  return expected * Math.exp(normalQuantile(confidence) * SPREAD[basis][figure]);
}

/**
 * Quantile of the standard normal distribution, by bisection of the error function's Abramowitz-Stegun 7.1.26 form
 * (error below 1.5e-7).
 */
export function normalQuantile(probability: number): number {
  let low = -8;
  let high = 8;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-x * x);
  return z >= 0 ? 0.5 * (1 + erf) : 0.5 * (1 - erf);
}
