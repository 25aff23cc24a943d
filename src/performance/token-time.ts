import type { Load } from './load';
import { clusters, metPrompts } from './met-prompts';
import type { OpenState } from './open-loop';
import type { PromptKind } from './prompt-kinds';
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
  const kinds = steps.work.kinds();
  for (const { value, weight } of lognormalNodes(outputTokens - 1, outputVariation))
    addDecoding(parts, state, kinds, value, weight);
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

/** Prompts met one by one or as one number, and the first of a queue, in seconds of a mean prompt. */
interface Queued {
  /** Without any prompt. */
  readonly baseSeconds: number;
  readonly met: number;
  readonly dispersion: number;
  readonly size: number;
  /** Of the last one met, which may be met in part. */
  readonly lastVariance: number;
  readonly firstSeconds: number;
}

/** Adds seconds of each token in a decoding of so many further tokens, which is so large a share of all. */
function addDecoding(
  parts: Moments[],
  state: OpenState,
  kinds: readonly PromptKind[],
  tokens: number,
  share: number,
): void {
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
  const add = (weight: number, q: Queued): void => {
    const { size } = q;
    const rare = new Rest();
    for (const first of q.firstSeconds > 0 ? kinds : NOBODY)
      for (const { probability, prompts, variance, coupled } of metPrompts(
        q.met,
        q.dispersion,
        work.variation,
        kinds,
      )) {
        const mean = q.baseSeconds + q.firstSeconds * first.relative + size * prompts;
        const spread =
          batch +
          // Who is met decodes beside the sequence from then on, half of the time on average.
          (size * size * variance + coupled * size * own) * feedback +
          (prompts > 0 ? q.lastVariance : 0) +
          (q.firstSeconds * first.relative) ** 2 * first.variation;
        const part = {
          weight: share * weight * first.share * probability,
          least: least / tokens,
          mean: Math.max(crowding * mean, least) / tokens,
          variance: spread * (crowding / tokens) ** 2,
        };
        if (part.weight < RARE) rare.add(part);
        else parts.push(part);
      }
    if (rare.weight > 0) parts.push(rare.asOne());
  };
  const baseSeconds = n * s.taggedStep;
  if (s.oneByOne < 1) {
    const seconds = s.sharedSecondsOf(n);
    const size = (seconds - baseSeconds) / (rate * seconds);
    add(1 - s.oneByOne, {
      baseSeconds,
      met: rate * seconds,
      dispersion: s.dispersion,
      size,
      lastVariance: 0,
      firstSeconds: 0,
    });
  }
  if (s.oneByOne > 0) {
    const { used, afterBusy, afterIdle, extra } = s.queue;
    const whole = Math.min(work.fullSteps, n);
    const dispersion = clusters(used, s.decodeSteps / Math.max(1, work.fullSteps));
    const single = (weight: number, mixed: number, first: number): void => {
      const further = Math.max(mixed - first, 0);
      const arrivals = Math.max(rate * (baseSeconds + mixed * extra), further / whole);
      // Some come too late to be met in full.
      const size = (arrivals > 0 ? further / arrivals : 0) * extra;
      const lastVariance = Math.max(0, (whole * extra - size) * size) / 2;
      add(weight, {
        baseSeconds,
        met: arrivals,
        dispersion,
        size,
        lastVariance,
        firstSeconds: first * extra,
      });
    };
    single(s.oneByOne * used, afterBusy(n), Math.min(afterBusy(n), whole));
    single(s.oneByOne * (1 - used), afterIdle(n), 0);
  }
}

const NOBODY = [{ share: 1, relative: 0, variation: 0 }] as const;

/** Parts so rare matter only together. */
const RARE = 2e-3;

/** Such parts as one. */
class Rest {
  weight = 0;
  private least = Number.POSITIVE_INFINITY;
  private first = 0;
  private second = 0;

  add({ weight, least, mean, variance }: Moments): void {
    this.weight += weight;
    this.least = Math.min(this.least, least);
    this.first += weight * mean;
    this.second += weight * (variance + mean * mean);
  }

  asOne(): Moments {
    const mean = this.first / this.weight;
    return {
      weight: this.weight,
      least: this.least,
      mean,
      variance: this.second / this.weight - mean * mean,
    };
  }
}
