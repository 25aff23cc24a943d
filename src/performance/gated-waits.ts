import type { OpenState } from './open-loop';
import type { OpenSteps } from './open-steps';
import type { WeightedSpread } from './queueing';

/** Parts of a mixture that are too rare to move a 95th percentile. */
const RARE = 1e-3;
const MOST_PROMPTS = 16;
/** Steps until the number of prompts in them has settled. */
const SETTLING = 5;

/**
 * Waits of prompts that share steps: an arrival falls into a step with so many prompts (longer steps catch more), waits for
 * its end, and shares the next one with so many others.
 * @returns parts that sum to the share of the prompts that share steps
 */
export function gatedWaits({ firstToken: d, steps: s }: OpenState): readonly WeightedSpread[] {
  const shared = 1 - s.oneByOne;
  if (shared === 0) return [];
  const { work } = s;
  const parts: WeightedSpread[] = [];
  /** Waits evenly spread around `mean` above `from`, or as a gamma of this mean and variance. */
  const add = (share: number, from: number, mean: number, variance: number): void => {
    const weight = shared * share;
    if (weight < RARE) return;
    if (work.variation < 0.01) parts.push({ weight, least: from, width: 2 * mean });
    else parts.push({ weight, least: from, mean: from + mean, variance });
  };
  const { shares, lengths } = gatedSteps(s, d.rate);
  const mixed = shares.slice(1).reduce((sum, share) => sum + share, 0);
  add(Math.max(0, 1 - Math.max(d.busy, mixed)), 0, 0, 0);
  shares.forEach((share, j) => {
    const weight = j === 0 ? Math.max(0, Math.max(d.busy, mixed) - mixed) : share;
    if (shared * weight < RARE) return;
    const { length, variance } = lengths[j]!;
    const perLength = 0.5 + d.rate * s.furtherPrompt;
    const behind = d.rate * (length + d.laterSeconds);
    const own = length ** 2 / 12 + perLength ** 2 * variance;
    // Prompts of varied length: how many share the step, and how long they are, is one spread.
    if (work.variation >= 0.01) {
      const fromOthers = behind * s.furtherPrompt ** 2 * (1 + work.sharedVariation);
      add(weight, 0, length / 2 + behind * s.furtherPrompt, own + fromOthers);
      return;
    }
    poisson(behind).forEach((q, others) => {
      const fromOthers = others * s.furtherPrompt ** 2 * work.variation;
      add(weight * q, others * s.furtherPrompt, length / 2, own + fromOthers);
    });
  });
  return parts;
}

/**
 * Steps by the number of prompts in them, as gated service makes them: who arrives in one is computed in the next.
 * Their shares of time, and their lengths as one who arrives finds them.
 */
function gatedSteps(s: OpenSteps, rate: number) {
  const { sharedVariation: variation } = s.work;
  const lengths = Array.from(
    { length: MOST_PROMPTS },
    (_, j) => s.plainStep + (j > 0 ? s.firstPrompt + (j - 1) * s.furtherPrompt : 0),
  );
  const arrivals = lengths.map((length) => poisson(rate * length));
  let steps: number[] = poisson(rate * s.meanStep);
  for (let i = 0; i < SETTLING; i++) {
    const after = new Array<number>(MOST_PROMPTS).fill(0);
    steps.forEach((p, j) => {
      arrivals[j]!.forEach((q, n) => {
        after[n]! += p * q;
      });
    });
    steps = after;
  }
  const prompts = steps.reduce((sum, p, j) => sum + p * j, 0);
  // A long step catches more arrivals: its prompts are longer than the mean, and spread more.
  const { furtherPrompt: further } = s;
  return {
    shares: steps.map((p, j) => (prompts > 0 ? (rate * p * lengths[j]!) / prompts : 0)),
    lengths: lengths.map((length, j) => {
      if (j === 0) return { length, variance: 0 };
      const own = j * further * further;
      return {
        length: length + (own * variation) / length,
        variance: variation * (own + further * further * variation * (2 + variation)),
      };
    }),
  };
}

/** Probabilities of 0, 1, 2, ... of a Poisson number; what lies beyond the last counts as the last. */
function poisson(mean: number): number[] {
  const result = [Math.exp(-mean)];
  let sum = result[0]!;
  for (let j = 1; j < MOST_PROMPTS && sum < 1 - RARE; j++) {
    result.push((result[j - 1]! * mean) / j);
    sum += result[j]!;
  }
  result[result.length - 1]! += 1 - sum;
  return result;
}
