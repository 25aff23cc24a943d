import type { PromptKind } from './prompt-kinds';

/**
 * Variance over mean of the prompts that are met in so many steps, counted in prompts: Poisson arrivals with the busy periods
 * that each begins (Borel), as far as these are shorter than the decoding.
 */
export function clusters(used: number, steps: number): number {
  const calm = (1 - used) ** 2;
  const window = Math.max(steps * calm, 1e-9);
  return 1 + (1 / calm - 1) * (1 - (1 - Math.exp(-window)) / window);
}

/** From so many on, the number of prompts is as good as continuous. */
const MANY = 5;

/** In prompts of mean engine time. */
export interface Met {
  readonly probability: number;
  readonly prompts: number;
  readonly variance: number;
  /** What of the variance comes with as many more sequences. */
  readonly coupled: number;
}

/** What prompts are met: one by one and by kind while they are few, else as mean and variance. */
export function metPrompts(
  mean: number,
  dispersion: number,
  variation: number,
  kinds: readonly PromptKind[],
): Met[] {
  if (mean > MANY) {
    const coupled = mean * dispersion;
    // A cluster grows with the length of its prompts.
    return [{ probability: 1, prompts: mean, variance: coupled * (1 + variation), coupled }];
  }
  // Negative binomial of this mean and dispersion; Poisson without clusters.
  const d = Math.max(dispersion, 1 + 1e-6);
  const shape = mean / (d - 1);
  let probability = d ** -shape;
  let left = 1;
  const result: Met[] = [];
  let count = 0;
  for (; left > 0.02 && count < 3 * MANY; count++) {
    addKinds(result, probability, count, kinds);
    left -= probability;
    probability *= ((count + shape) / (count + 1)) * (1 - 1 / d);
  }
  if (left > 0) {
    const prompts = count + 1;
    result.push({ probability: left, prompts, variance: prompts * variation + 1, coupled: prompts });
  }
  return result;
}

/** So many prompts, by how many of them are of the second kind. */
function addKinds(result: Met[], probability: number, count: number, kinds: readonly PromptKind[]): void {
  const a = kinds[0]!;
  const b = kinds[1] ?? { share: 0, relative: 0, variation: 0 };
  let q = probability * a.share ** count;
  for (let k = 0; k <= count && q > 0; k++) {
    const others = count - k;
    const prompts = others * a.relative + k * b.relative;
    const variance = others * a.relative ** 2 * a.variation + k * b.relative ** 2 * b.variation;
    result.push({ probability: q, prompts, variance, coupled: prompts });
    q *= (others / (k + 1)) * (b.share / a.share);
  }
}
