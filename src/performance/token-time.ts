import type { Load } from './load';
import type { OpenState } from './open-loop';
import { lognormalNodes, mixtureP95 } from './queueing';

/**
 * TPOT of a request spreads by the prompts that are computed while it decodes and by the batch it shares. Both are
 * shot noise of the arrivals around it, which come in clusters (`dispersion`). Outputs of five lengths stand for all:
 * short ones spread more.
 */
export function tokenTimeP95(state: OpenState, load: Load): number {
  const { steps, tpotSeconds, firstToken, ranks } = state;
  const { outputTokens, outputVariation = 0 } = load;
  if (outputTokens <= 1) return tpotSeconds;
  const parts: Moments[] = [];
  for (const { value, weight } of lognormalNodes(outputTokens - 1, outputVariation))
    addDecoding(parts, state, value, weight);
  // Not every step of a sequence can hold more than a budget of prompts, nor can more than the slots' requests be there.
  const perToken = steps.decodeStepsOf(outputTokens) / (outputTokens - 1);
  const fullSteps =
    steps.oneByOne === 1 ? perToken * (steps.taggedStep + steps.queue.extra) : Number.POSITIVE_INFINITY;
  const fullSlots =
    outputVariation === 0 ? firstToken.slowestDecoding / (outputTokens - 1) : Number.POSITIVE_INFINITY;
  const random = tpotSeconds / ranks.decoding;
  const p95 = Math.min(mixtureP95(parts), Math.max(random, Math.min(fullSteps, fullSlots)));
  // What comes to all ranks is shared evenly: of the variance that random arrivals would have, one keeps its share.
  return ranks.share === 1 ? p95 : tpotSeconds + (p95 - random) * Math.sqrt(ranks.share);
}

interface Moments {
  readonly weight: number;
  readonly least: number;
  readonly mean: number;
  readonly variance: number;
}

/** Adds seconds of each token in a decoding of so many further tokens, which is so large a share of all. */
function addDecoding(parts: Moments[], state: OpenState, tokens: number, share: number): void {
  const { steps: s, firstToken } = state;
  const n = s.decodeStepsOf(tokens + 1);
  const { work } = s;
  const { rate } = firstToken;
  const { crowding } = firstToken.slots;
  const own = n * s.perSequence;
  const ratio = n / s.decodeSteps;
  // Of the batch, averaged over a window of `ratio` lengths of the others.
  const averaged = ratio <= 1 ? 1 - ratio / 3 : (1 - 1 / (3 * ratio)) / ratio;
  const feedback = 1 / Math.max(0.1, 1 - (rate * s.decodeSteps * s.perSequence) / (1 - s.prefillShare));
  const batch = s.stepBatch * averaged * own * own * feedback * s.dispersion;
  const least = n * s.lightStep;
  /** `base` seconds and further prompts of `size` seconds, `mean` of them in clusters. */
  const add = (
    weight: number,
    base: number,
    mean: number,
    size: number,
    last: number,
    first: number,
    dispersion: number,
  ): void => {
    for (const { probability, count, spread } of met(mean, dispersion)) {
      const partial = count > 0 ? last : 0;
      const part = (q: number, units: number, unitVar: number, firstUnits: number, firstVar: number) => {
        const variance =
          batch + (spread > 1 ? spread * size * (size * (1 + work.variation) + own) : size * size * (unitVar + spread) + units * size * own) * feedback + partial + first * first * firstVar;
        parts.push({
          weight: share * (weight * q),
          least: least / tokens,
          mean: Math.max(crowding * (base + first * firstUnits + units * size), least) / tokens,
          variance: variance * (crowding / tokens) ** 2,
        });
      };
      const firsts = first > 0 && work.kinds.length > 1 ? work.kinds : [{ share: 1, relative: 1, variation: work.variation }];
      if (work.kinds.length === 1 || spread > 1) for (const f of firsts) part(probability * f.share, count, count * work.variation, f.relative, f.variation * f.relative ** 2);
      else {
        const [a, b] = work.kinds as any;
        let q = probability * a.share ** count;
        for (let k = 0; k <= count; k++) {
          for (const f of firsts)
            part(q * f.share, (count - k) * a.relative + k * b.relative, (count - k) * a.relative ** 2 * a.variation + k * b.relative ** 2 * b.variation, f.relative, f.variation * f.relative ** 2);
          q *= ((count - k) / (k + 1)) * (b.share / a.share);
        }
      }
    }
  };
  if (s.oneByOne < 1) {
    const mean = s.sharedSecondsOf(n);
    const arrivals = rate * mean;
    const base = n * s.taggedStep;
    add(1 - s.oneByOne, base, arrivals, (mean - base) / arrivals, 0, 0, s.dispersion);
  }
  if (s.oneByOne > 0) {
    const { used, afterBusy, afterIdle, extra } = s.queue;
    const base = n * s.taggedStep;
    const whole = Math.min(work.fullSteps, n); const calm = (1 - used) ** 2; const window = s.decodeSteps * calm / Math.max(1, work.fullSteps); const dispersion = 1 + (1 / calm - 1) * (1 - (1 - Math.exp(-window)) / window);
    // Some come too late to be met in full.
    const single = (weight: number, mixed: number, atLeast: number): void => {
      const further = Math.max(mixed - atLeast, 0);
      const arrivals = Math.max(rate * (base + mixed * extra), further / whole);
      const size = (arrivals > 0 ? further / arrivals : 0) * extra;
      const late = Math.max(0, (whole * extra - size) * size);
      add(weight, base, arrivals, size, late / 2, atLeast * extra, dispersion);
    };
    const behind = Math.min(afterBusy(n), whole);
    single(s.oneByOne * used, afterBusy(n), behind);
    single(s.oneByOne * (1 - used), afterIdle(n), 0);
  }
}

/** From so many on, the number of prompts is as good as continuous. */
const MANY = 5;

/** How many prompts are met: one by one while they are few, else as mean and variance. */
function met(mean: number, dispersion: number): { probability: number; count: number; spread: number }[] {
  if (mean > MANY) return [{ probability: 1, count: mean, spread: mean * dispersion }];
  // Negative binomial of this mean and dispersion; Poisson without clusters.
  const d = Math.max(dispersion, 1 + 1e-6);
  const shape = mean / (d - 1);
  let probability = d ** -shape;
  let left = 1;
  const result = [];
  let count = 0;
  for (; left > 0.02 && count < 3 * MANY; count++) {
    result.push({ probability, count, spread: 0 });
    left -= probability;
    probability *= ((count + shape) / (count + 1)) * (1 - 1 / d);
  }
  if (left > 0) result.push({ probability: left, count: count + 1, spread: 1 });
  return result;
}
