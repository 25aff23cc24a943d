import type { Layout } from '../vllm/layout';
import type { Basis } from './coefficients';
import data from './data/coefficients.json';
import type { SteadyState } from './state';

/** Standard deviations either way that hold 80% of a normal distribution. */
export const Z_80_TWO_SIDED = 1.2816;

/** A predicted figure: 80% of such predictions fall between low and high. */
export interface Interval {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

export type Figure = 'tpot' | 'ttft' | 'output';

/** `loaded`: near saturation or short of KV memory, where small errors of the model become large ones. */
export type Regime = 'steady' | 'loaded';

const LOADED_UTILISATION = 0.8;
const LOADED_PREFILL_SHARE = 0.5;

export const regimeOf = (s: SteadyState): Regime =>
  !s.stable ||
  s.blockedSeconds > 0 ||
  s.utilisation > LOADED_UTILISATION ||
  s.prefillShare > LOADED_PREFILL_SHARE
    ? 'loaded'
    : 'steady';

/**
 * Standard deviation of ln(predicted / measured), from the errors on Qwen3.5 serving rows that a fit did not see: one
 * configuration left out (`measured`), all of a model on a GPU (`related`), all of a GPU (`datasheet`). Written by
 * `npm run calibrate`.
 */
const SPREADS: Readonly<Record<Figure, Readonly<Record<Basis, Readonly<Record<Regime, number>>>>>> =
  data.spreads;

/** What a prediction rests on: the data alone, or a calibration of this very engine as well. */
export type Footing =
  | Basis
  | {
      readonly basis: Basis;
      /** Standard deviation of ln(predicted / measured) that remains, of the figures that were measured. */
      readonly remainingSds: Readonly<Partial<Record<Figure, number>>>;
      /** What the layout adds, of the figures that were not measured on it. */
      readonly layoutSds: LayoutSds;
    };

export type LayoutSds = Readonly<Partial<Record<Figure, number>>>;

/**
 * What the data cannot say of a layout, as a standard deviation of ln(predicted / measured). Ranks that share experts
 * step together, so a prompt waits for between none and all of the other ranks' prompts: TTFT lies between that of
 * independent ranks, which is what is predicted, and so many times it. A pipeline's requests fill its batches evenly, as
 * predicted, or all gather in one: each figure lies within the number of stages. Taken as even in the logarithm, 80% lie
 * within 0.8 ln(n).
 */
export function layoutSds(
  { dataParallel, pipelineParallel }: Pick<Layout, 'dataParallel' | 'pipelineParallel'>,
  sharesExperts: boolean,
): LayoutSds {
  const within = (factor: number): number => (0.8 * Math.log(factor)) / Z_80_TWO_SIDED;
  const pipeline = within(pipelineParallel);
  const ranks = sharesExperts ? within(dataParallel) : 0;
  return { tpot: pipeline, output: pipeline, ttft: Math.hypot(pipeline, ranks) };
}

/**
 * Standard deviation of ln(predicted / measured). A calibration narrows that of steady load, never widens it; what
 * load adds to the variance stays, because benchmarks of a steady load say nothing of it.
 */
export function spreadOf(figure: Figure, footing: Footing, regime: Regime): number {
  if (typeof footing === 'string') return SPREADS[figure][footing][regime];
  const data = SPREADS[figure][footing.basis];
  const layout = footing.layoutSds[figure] ?? 0;
  const remaining = Math.min(footing.remainingSds[figure] ?? data.steady, data.steady);
  return Math.sqrt(remaining ** 2 + data[regime] ** 2 - data.steady ** 2 + layout ** 2);
}

/** The 80% interval of a figure, log-normal around the expected value. */
export function intervalAround(
  expected: number,
  figure: Figure,
  footing: Footing,
  regime: Regime = 'steady',
): Interval {
  const factor = Math.exp(Z_80_TWO_SIDED * spreadOf(figure, footing, regime));
  return { low: expected / factor, expected, high: expected * factor };
}

/** The latency that the truth stays below with the given probability. */
export function pessimistic(
  expected: number,
  figure: Figure,
  footing: Footing,
  confidence: number,
  regime: Regime = 'steady',
): number {
  return expected * Math.exp(normalQuantile(confidence) * spreadOf(figure, footing, regime));
}

/**
 * Quantile of the standard normal distribution: Acklam's rational approximation (2003), relative error below 1.2e-9;
 * infinite at 0 and 1.
 */
export function normalQuantile(probability: number): number {
  if (probability <= 0) return Number.NEGATIVE_INFINITY;
  if (probability >= 1) return Number.POSITIVE_INFINITY;
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(probability));
    return polynomial(TAIL_ABOVE, q) / (polynomial(TAIL_BELOW, q) * q + 1);
  }
  const q = probability - 0.5;
  const r = q * q;
  return (polynomial(CENTRE_ABOVE, r) * q) / (polynomial(CENTRE_BELOW, r) * r + 1);
}

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, c) => sum * x + c, 0);

const CENTRE_ABOVE = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const CENTRE_BELOW = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
];
const TAIL_ABOVE = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BELOW = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
