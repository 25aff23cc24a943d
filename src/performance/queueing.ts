/** Textbook queueing and distributions that the closed forms need. */

/** Above these a queue has no steady state to speak of. */
export const MAX_PREFILL_SHARE = 0.985;
export const MAX_UTILISATION = 0.999;

/** 95% quantile of the standard normal distribution. */
export const Z_95 = 1.6449;

/** E[min(N, limit)] of a Poisson number N; linear between whole limits. */
export function expectedMin(mean: number, limit: number): number {
  let probability = Math.exp(-mean);
  let above = 1 - probability;
  let sum = 0;
  for (let i = 0; i < limit && above > 1e-9; i++) {
    sum += above * Math.min(1, limit - i);
    probability *= mean / (i + 1);
    above -= probability;
  }
  return sum;
}

/** Squared coefficient of variation of a log-normal with this mean and 95th percentile; 0 for fixed lengths. */
export function squaredVariation(mean: number, p95: number): number {
  const ratio = Math.log(p95 / mean);
  if (!(ratio > 0)) return 0;
  // ln(p95/mean) = z s - s^2/2 has a real solution up to z^2/2; beyond it the tail is as heavy as a log-normal gets.
  const sigma = ratio < (Z_95 * Z_95) / 2 ? Z_95 - Math.sqrt(Z_95 * Z_95 - 2 * ratio) : Z_95;
  return Math.exp(sigma * sigma) - 1;
}

/** Mean difference of two draws over twice the mean, of a log-normal with this squared coefficient of variation. */
export const giniIndex = (variation: number): number =>
  1 - 2 * normalTail(Math.sqrt(Math.log(1 + variation) / 2));

/** Gauss-Hermite points and weights of a standard normal variable. */
const NODES = [-2.857, -1.3556, 0, 1.3556, 2.857] as const;
const WEIGHTS = [0.01126, 0.22208, 0.53332, 0.22208, 0.01126] as const;

export interface WeightedValue {
  readonly value: number;
  readonly weight: number;
}

/** A log-normal of this mean and squared coefficient of variation as five weighted values; one when it is fixed. */
export function lognormalNodes(mean: number, variation: number): readonly WeightedValue[] {
  if (variation === 0) return [{ value: mean, weight: 1 }];
  const variance = Math.log(1 + variation);
  const sigma = Math.sqrt(variance);
  return NODES.map((z, i) => ({ value: mean * Math.exp(sigma * z - variance / 2), weight: WEIGHTS[i]! }));
}

/** The same as three values, for where only the mean of something smooth is asked. */
export function lognormalThree(mean: number, variation: number): readonly WeightedValue[] {
  if (variation === 0) return [{ value: mean, weight: 1 }];
  const sigma = Math.sqrt(Math.log(1 + variation));
  const low = Math.exp(-Math.sqrt(3) * sigma);
  const middle = (6 * mean) / (low + 4 + 1 / low);
  return [
    { value: middle * low, weight: 1 / 6 },
    { value: middle, weight: 2 / 3 },
    { value: middle / low, weight: 1 / 6 },
  ];
}

/** Normal quantiles in the middle of twelve equal shares. */
const EVEN = [0.1046, 0.3186, 0.5485, 0.8122, 1.1503, 1.7317].flatMap((z) => [-z, z]);

/**
 * The same as twelve equally likely values: for what jumps at some length, as the steps of a prompt do, which five points of
 * unequal weight would put on one side or the other.
 */
export function lognormalQuantiles(mean: number, variation: number): readonly WeightedValue[] {
  if (variation === 0) return [{ value: mean, weight: 1 }];
  const variance = Math.log(1 + variation);
  const sigma = Math.sqrt(variance);
  return EVEN.map((z) => ({ value: mean * Math.exp(sigma * z - variance / 2), weight: 1 / EVEN.length }));
}

/** A gamma distribution that starts at `least`. */
export interface ShiftedGamma {
  readonly least: number;
  readonly mean: number;
  readonly variance: number;
}

/** Probability that a value exceeds `x`; of a gamma by Wilson and Hilferty's cube root (1931). */
export function tailOf(part: Spread): (x: number) => number {
  const { least } = part;
  if ('width' in part) {
    const { width } = part;
    return (x) => (x <= least ? 1 : x >= least + width ? 0 : 1 - (x - least) / width);
  }
  const { mean, variance } = part;
  const above = mean - least;
  if (!(above > 0) || !(variance > 0)) return (x) => (x < mean ? 1 : 0);
  const nine = (9 * above * above) / variance;
  const root = Math.sqrt(nine);
  return (x) => (x <= least ? 1 : normalTail((Math.cbrt((x - least) / above) - 1 + 1 / nine) * root));
}

/** Probability that a standard normal exceeds z: Abramowitz and Stegun 26.2.17, error below 1e-7. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 0.3989422804 * Math.exp((-z * z) / 2) * series;
}

/** Squared variations below this are none: the terms of `passageWithin` would be infinity times nothing. */
const LEAST_VARIATION = 0.01;

/**
 * E[min(T, limit)] of a first passage with this mean and squared coefficient of variation: the inverse Gaussian, which is
 * how long a Brownian motion with drift takes to a level.
 */
export function passageWithin(limit: number, mean: number, variation: number): number {
  if (variation < LEAST_VARIATION) return Math.min(mean, limit);
  if (limit <= 0) return 0;
  const ratio = limit / mean;
  const root = Math.sqrt(1 / (variation * ratio));
  const late = normalTail(root * (ratio - 1));
  const mirrored = Math.exp(2 / variation) * normalTail(root * (ratio + 1));
  return mean * (1 - late - mirrored) + limit * (late - mirrored);
}

/** Evenly spread from `least` over `width`, which may be 0. */
export interface Uniform {
  readonly least: number;
  readonly width: number;
}

export type Spread = ShiftedGamma | Uniform;

/** One part of a mixture. */
export type WeightedSpread = Spread & { readonly weight: number };

/** Points at which the tail of a mixture is known, and standard deviations above the mean up to which. */
const POINTS = 28;
const FAR = 6;
const NONE = 1e-5;

/** Probability that a value of a mixture of positive parts exceeds `x`, between points that it is computed at; and its weight. */
export function tailOfAll(parts: readonly WeightedSpread[]): { weight: number; tail: (x: number) => number } {
  let weight = 0;
  let first = 0;
  let second = 0;
  for (const part of parts) {
    const centre = 'width' in part ? part.least + part.width / 2 : part.mean;
    weight += part.weight;
    first += part.weight * centre;
    second += part.weight * (centre * centre + ('width' in part ? part.width ** 2 / 12 : part.variance));
  }
  if (weight === 0) return { weight, tail: () => 0 };
  const mean = first / weight;
  const far = mean + FAR * Math.sqrt(Math.max(second / weight - mean * mean, 0)) + 1e-9;
  // Close together where most values are.
  const points = Array.from({ length: POINTS + 1 }, (_, i) => far * (i / POINTS) ** 2);
  const tail = new Float64Array(POINTS + 1);
  for (const part of parts) {
    const exceeds = tailOf(part);
    const share = part.weight / weight;
    for (let i = 0; i <= POINTS; i++) {
      const above = exceeds(points[i]!);
      if (above < NONE) break;
      tail[i]! += share * above;
    }
  }
  return {
    weight,
    tail: (x) => {
      if (x < 0) return 1;
      const at = Math.sqrt(x / far) * POINTS;
      const below = Math.floor(at);
      if (below >= POINTS) return 0;
      return tail[below]! + (tail[below + 1]! - tail[below]!) * (at - below);
    },
  };
}

const BISECTIONS = 24;
const PRECISION = 5e-4;

/** Where a distribution is cut between `low` and `high`: below it `tooMany` values are larger. */
export function cutWhere(tooMany: (x: number) => boolean, low: number, high: number): number {
  let from = low;
  let to = high;
  for (let i = 0; i < BISECTIONS && to - from > PRECISION * to; i++) {
    const middle = (from + to) / 2;
    if (tooMany(middle)) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}

/** 95th percentile of a mixture; weights sum to 1. */
export function mixtureP95(parts: readonly WeightedSpread[]): number {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  const tails: { readonly weight: number; readonly tail: (x: number) => number }[] = [];
  for (const part of parts) {
    tails.push({ weight: part.weight, tail: tailOf(part) });
    low = Math.min(low, part.least);
    high = Math.max(
      high,
      'width' in part ? part.least + part.width : part.mean + 6 * Math.sqrt(part.variance),
    );
  }
  const tooMany = (x: number): boolean => {
    let above = 0;
    for (let j = 0; j < tails.length && above <= 0.05; j++) above += tails[j]!.weight * tails[j]!.tail(x);
    return above > 0.05;
  };
  return cutWhere(tooMany, low, high);
}
