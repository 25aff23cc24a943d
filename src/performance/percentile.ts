import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { type OpenState, openLoop } from './open-loop';
import { lognormalNodes, mixtureP95, type Spread, squaredVariation, Z_95 } from './queueing';
import { type Load, type SteadyState, steadyState } from './steady-state';
import { decodeStep, prefillSeconds } from './step';

/** Lengths whose 95th percentile matters; tokens. Outputs are all alike where theirs is left out. */
export interface LengthTail {
  readonly inputP95Tokens: number;
  readonly outputP95Tokens?: number;
}

export interface Percentile95 {
  readonly mean: SteadyState;
  readonly ttftP95Seconds: number;
  readonly tpotP95Seconds: number;
}

/** 95th percentiles in closed form, for the search over candidates. */
export function percentile95(f: StepFeatures, k: Coefficients, load: Load, tail: LengthTail): Percentile95 {
  const spread: Load = {
    ...load,
    inputVariation: squaredVariation(load.inputTokens, tail.inputP95Tokens),
    outputVariation: squaredVariation(load.outputTokens, tail.outputP95Tokens ?? load.outputTokens),
  };
  const { arrivals } = spread;
  if (arrivals.kind === 'closed' || arrivals.spacing === 'constant') return orderly(f, k, spread, tail);
  const mean = openLoop(f, k, spread, arrivals.requestsPerSecond);
  return { mean, ttftP95Seconds: ttftP95(mean), tpotP95Seconds: tpotP95(mean, spread) };
}

/** Where a spreading prompt's time begins, in standard deviations of its logarithm below the mean. */
const LOWEST_SIGMA = 2;
/** Parts of a mixture that are too rare to move a 95th percentile. */
const RARE = 1e-3;
const MOST_PROMPTS = 16;
/** Steps until the number of prompts in them has settled. */
const SETTLING = 5;

type Part = Spread & { readonly weight: number };

/**
 * TTFT is the front end, the prompt's own steps, and the wait. Gated: an arrival falls into a step with so many prompts
 * (longer steps catch more), waits for its end, and shares the next one with so many others. One by one: nobody waits
 * (but for a step's end), or the M/G/1 wait of those who do. Lengths that vary add their own spread to each case.
 */
function ttftP95({ detail: d, work }: OpenState): number {
  const sigma = Math.sqrt(Math.log(1 + work.variation));
  const ownMean = d.firstPromptSeconds + d.frontTokenSeconds;
  const shortest = ownMean * (1 - Math.exp(-LOWEST_SIGMA * sigma));
  const base = d.frontSeconds + d.ownSeconds;
  const ownVariance = ownMean ** 2 * work.variation + d.slotWaitSeconds ** 2;
  const parts: Part[] = [];
  /** Waits between `from` and `from + width`, evenly, or as a gamma of this mean and variance above `from`. */
  const add = (weight: number, from: number, mean: number, variance: number, even: boolean): void => {
    if (weight < RARE) return;
    const start = base + from + d.slotWaitSeconds;
    if (even && work.variation < 0.01) parts.push({ weight, least: start, width: 2 * mean });
    else
      parts.push({
        weight,
        least: start - shortest,
        mean: start + mean,
        variance: variance + ownVariance,
      });
  };
  const shared = 1 - d.oneByOne;
  if (shared > 0) {
    const { shares, lengths } = gatedSteps(d, work.variation);
    const mixed = shares.slice(1).reduce((sum, share) => sum + share, 0);
    add(shared * Math.max(0, 1 - Math.max(d.busy, mixed)), 0, 0, 0, true);
    shares.forEach((share, j) => {
      const weight = shared * (j === 0 ? Math.max(0, Math.max(d.busy, mixed) - mixed) : share);
      if (weight < RARE) return;
      const { length, variance } = lengths[j]!;
      const perLength = 0.5 + d.rate * d.furtherPromptSeconds;
      poisson(d.rate * (length + d.laterSeconds)).forEach((q, others) => {
        const fromOthers = others * d.furtherPromptSeconds ** 2 * work.variation;
        add(
          weight * q,
          others * d.furtherPromptSeconds,
          length / 2,
          length ** 2 / 12 + perLength ** 2 * variance + fromOthers,
          true,
        );
      });
    });
  }
  if (d.oneByOne > 0) {
    const used = Math.min(d.rate * d.serviceSeconds, 0.999);
    const second = d.serviceSeconds ** 2 * (1 + work.variation);
    const third = d.serviceSeconds ** 3 * (1 + work.variation) ** 3;
    const wait = (d.rate * second) / (2 * (1 - used));
    const waitSquare = 2 * wait * wait + (d.rate * third) / (3 * (1 - used));
    const waited = wait / used;
    const rest = d.meanStepSeconds / 2;
    /** Those behind who come before the prompt's last step use up its budget. */
    const single = (weight: number, mean: number, variance: number, even: boolean): void => {
      poisson(d.rate * (d.beforeLastSeconds + mean)).forEach((q, behind) => {
        const filling = d.firstPromptSeconds * Math.min(behind, d.roomForOthers);
        add(d.oneByOne * weight * q, filling, mean, variance, even);
      });
    };
    single((1 - used) * (1 - d.busy), 0, 0, true);
    single((1 - used) * d.busy, rest, rest ** 2 / 3, true);
    single(used, waited, waitSquare / used - waited * waited, false);
  }
  return mixtureP95(parts);
}

/**
 * Steps by the number of prompts in them, as gated service makes them: who arrives in one is computed in the next.
 * Their shares of time, and their lengths as one who arrives finds them.
 */
function gatedSteps(d: OpenState['detail'], variation: number) {
  const lengths = Array.from(
    { length: MOST_PROMPTS },
    (_, j) => d.meanStepSeconds + (j > 0 ? d.firstPromptSeconds + (j - 1) * d.furtherPromptSeconds : 0),
  );
  const arrivals = lengths.map((length) => poisson(d.rate * length));
  let steps: number[] = poisson(d.rate * d.stepSeconds);
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
  const { firstPromptSeconds: first, furtherPromptSeconds: further } = d;
  return {
    shares: steps.map((p, j) => (prompts > 0 ? (d.rate * p * lengths[j]!) / prompts : 0)),
    lengths: lengths.map((length, j) => {
      if (j === 0) return { length, variance: 0 };
      const own = first * first + (j - 1) * further * further;
      return {
        length: length + (own * variation) / length,
        variance: variation * (own + first * first * variation * (2 + variation)),
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

/**
 * TPOT of a request spreads by the prompts that are computed while it decodes and by the batch it shares. Both are
 * shot noise of the arrivals around it, which come in clusters (`dispersion`). Outputs of five lengths stand for all:
 * short ones spread more.
 */
function tpotP95(state: OpenState, load: Load): number {
  const { detail: d, tpotSeconds } = state;
  const { outputTokens, outputVariation = 0 } = load;
  if (outputTokens <= 1) return tpotSeconds;
  const meanSteps = d.decodeSteps;
  const parts = lognormalNodes(outputTokens - 1, outputVariation).flatMap(({ value, weight }) =>
    decodingParts(state, (meanSteps * value) / (outputTokens - 1)).map((part) => ({
      weight: weight * part.weight,
      least: part.least / value,
      mean: part.mean / value,
      variance: part.variance / (value * value),
    })),
  );
  return mixtureP95(parts);
}

interface Moments {
  readonly weight: number;
  readonly least: number;
  readonly mean: number;
  readonly variance: number;
}

/** Seconds of a decoding of `n` steps. */
function decodingParts(state: OpenState, n: number): Moments[] {
  const { detail: d, work } = state;
  const own = n * d.secondsPerSequence;
  const ratio = n / d.decodeSteps;
  // Of the batch, averaged over a window of `ratio` lengths of the others.
  const averaged = ratio <= 1 ? 1 - ratio / 3 : (1 - 1 / (3 * ratio)) / ratio;
  const feedback =
    1 / Math.max(0.1, 1 - (d.rate * d.decodeSteps * d.secondsPerSequence) / (1 - state.prefillShare));
  const batch = d.stepBatch * averaged * own * own * feedback * d.dispersion;
  const least = n * d.lightStepSeconds;
  const parts: Moments[] = [];
  if (d.oneByOne < 1) {
    const mean = d.sharedSecondsOf(n);
    const arrivals = d.rate * mean;
    const further = d.furtherPromptSeconds;
    const prompts =
      arrivals * (further * further * (1 + work.variation) + further * own) * feedback * d.dispersion;
    parts.push({ weight: 1 - d.oneByOne, least, mean, variance: batch + prompts });
  }
  if (d.oneByOne > 0) {
    const { used, afterBusy, afterIdle, extra } = d.queue;
    const single = (weight: number, mixed: number): void => {
      const room = mixed * (n - mixed);
      const spread = mixed * work.fullSteps * (1 + work.variation) * d.dispersion;
      parts.push({
        weight: d.oneByOne * weight,
        least,
        mean: n * state.stepSeconds + mixed * extra,
        variance: batch + Math.min(room, spread) * extra * extra,
      });
    };
    single(used, afterBusy(n));
    single(1 - used, afterIdle(n));
  }
  return parts;
}

/** Clients in a closed loop and evenly spaced arrivals: lengths and batch spread, waiting hardly. */
function orderly(f: StepFeatures, k: Coefficients, load: Load, tail: LengthTail): Percentile95 {
  const mean = steadyState(f, k, load);
  const cached = load.cachedTokens ?? 0;
  const longPrefill = prefillSeconds(f, k, {
    inputTokens: Math.max(1, tail.inputP95Tokens - cached),
    cachedTokens: cached,
    maxNumBatchedTokens: load.maxNumBatchedTokens,
    decodeBatch: Math.max(mean.decodeBatch, 1e-3),
    share: 1,
  });
  const lengthSpread = Math.max(0, longPrefill - mean.prefillSeconds);
  const busyBatch = Math.min(mean.decodeBatch + Z_95 * Math.sqrt(mean.decodeBatch), load.maxBatch);
  const context = load.inputTokens + load.outputTokens / 2;
  const busyStep = decodeStep(f, k, Math.max(busyBatch, 1), context).total;
  return {
    mean,
    ttftP95Seconds: mean.ttftSeconds + lengthSpread,
    tpotP95Seconds: mean.tpotSeconds * Math.max(1, busyStep / mean.stepSeconds),
  };
}
