import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { firstTokenP95, type OwnTime } from './first-token';
import { cachedParts } from './history';
import type { Load } from './load';
import { type OpenState, openLoop } from './open-loop';
import { promptCut } from './prompt-steps';
import { lognormalNodes, mixtureP95, normalTail, squaredVariation, Z_95 } from './queueing';
import type { SteadyState } from './state';
import { steadyState } from './steady-state';
import { decodeStep, prefillSeconds, requestOverheadSeconds } from './step';
import { prefillCurves } from './step-curves';

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
  const { arrivals } = load;
  return arrivals.kind === 'closed' || arrivals.spacing === 'constant'
    ? orderly(f, k, spreadLoad(load, tail), tail)
    : randomArrivals(f, k, load, tail)(arrivals.requestsPerSecond);
}

/** 95th percentiles by the rate of random arrivals, requests per second of one rank; each is computed when it is read. */
export function randomArrivals(
  f: StepFeatures,
  k: Coefficients,
  load: Omit<Load, 'arrivals'>,
  tail: LengthTail,
): (requestsPerSecond: number) => Percentile95 {
  const spread = spreadLoad(
    { ...load, arrivals: { kind: 'open', requestsPerSecond: 0, spacing: 'poisson' } },
    tail,
  );
  const meanAt = openLoop(f, k, spread);
  const ownAt = ownTimes(f, k, spread);
  return (rate) => new AtRate(meanAt(rate), spread, ownAt);
}

class AtRate implements Percentile95 {
  private ttft: number | undefined;
  private tpot: number | undefined;

  constructor(
    readonly mean: OpenState,
    private readonly load: Load,
    private readonly ownAt: (state: OpenState) => readonly OwnTime[],
  ) {}

  get ttftP95Seconds(): number {
    this.ttft ??= firstTokenP95(this.mean, this.ownAt(this.mean));
    return this.ttft;
  }

  get tpotP95Seconds(): number {
    this.tpot ??= tpotP95(this.mean, this.load);
    return this.tpot;
  }
}

const spreadLoad = (load: Load, tail: LengthTail): Load => ({
  ...load,
  inputVariation: squaredVariation(load.inputTokens, tail.inputP95Tokens),
  outputVariation: squaredVariation(load.outputTokens, tail.outputP95Tokens ?? load.outputTokens),
});

/** Between these points of a normal variable a log-normal length stands for all; finer where the 95th percentile is. */
const EDGES = [-0.6, 0, 0.4, 0.7, 1, 1.2, 1.4, 1.6, 1.8, 2, 2.3, 2.7];
const LENGTHS = EDGES.map((edge, i) => {
  const next = EDGES[i + 1];
  return i === 0
    ? { z: (edge + EDGES[1]!) / 2, weight: 1 - normalTail(EDGES[1]!) }
    : {
        z: next === undefined ? edge + 0.3 : (edge + next) / 2,
        weight: normalTail(edge) - (next === undefined ? 0 : normalTail(next)),
      };
});

/** Standard deviations between those lengths. */
const LENGTHS_APART = 0.3;

/** Prompts' time in the front end and in their own steps, decoding beside them included, by length. */
function ownTimes(f: StepFeatures, k: Coefficients, load: Load): (state: OpenState) => readonly OwnTime[] {
  const { inputTokens, inputVariation = 0 } = load;
  if (inputVariation === 0 && cachedParts(load, inputTokens).length === 1)
    return ({ firstToken }) => [{ weight: 1, seconds: firstToken.frontSeconds + firstToken.ownSeconds }];
  const sigma = Math.sqrt(Math.log(1 + inputVariation));
  const lengths = inputVariation === 0 ? [{ z: 0, weight: 1 }] : LENGTHS;
  const prefill = prefillCurves(f, k);
  const prompts = lengths.flatMap(({ z, weight }) => {
    const input = inputTokens * Math.exp(sigma * z - (sigma * sigma) / 2);
    return cachedParts(load, input, LENGTHS_APART * sigma).map((part) => {
      const tokens = Math.max(1, input - part.cachedTokens);
      const secondsBeside = prefill(tokens, part.cachedTokens);
      const frontSeconds = requestOverheadSeconds(k, input);
      return { weight: weight * part.weight, tokens, frontSeconds, secondsBeside };
    });
  });
  return ({ steps }) => {
    const budget = Math.max(1, load.maxNumBatchedTokens - Math.round(steps.stepBatch * (1 + f.mtpTokens)));
    const batch = Math.max(steps.batch, 1e-3);
    const besideStep = steps.stepOf(batch);
    return prompts.map(({ weight, tokens, frontSeconds, secondsBeside }) => {
      const { steps: count } = promptCut(load, tokens, budget);
      return { weight, seconds: frontSeconds + secondsBeside(batch, tokens / count) + count * besideStep };
    });
  };
}

/**
 * TPOT of a request spreads by the prompts that are computed while it decodes and by the batch it shares. Both are
 * shot noise of the arrivals around it, which come in clusters (`dispersion`). Outputs of five lengths stand for all:
 * short ones spread more.
 */
function tpotP95(state: OpenState, load: Load): number {
  const { steps, tpotSeconds, firstToken } = state;
  const { outputTokens, outputVariation = 0 } = load;
  if (outputTokens <= 1) return tpotSeconds;
  const { crowding } = firstToken.slots;
  const parts = lognormalNodes(outputTokens - 1, outputVariation).flatMap(({ value, weight }) =>
    decodingParts(state, steps.decodeStepsOf(value + 1)).map((part) => ({
      weight: weight * part.weight,
      least: part.least / value,
      mean: Math.max(crowding * part.mean, part.least) / value,
      variance: part.variance * (crowding / value) ** 2,
    })),
  );
  // Not every step of a sequence can hold more than a budget of prompts, nor can more than the slots' requests be there.
  const perToken = steps.decodeStepsOf(outputTokens) / (outputTokens - 1);
  const fullSteps =
    steps.oneByOne === 1 ? perToken * (steps.taggedStep + steps.queue.extra) : Number.POSITIVE_INFINITY;
  const fullSlots =
    outputVariation === 0 ? firstToken.slowestDecoding / (outputTokens - 1) : Number.POSITIVE_INFINITY;
  return Math.min(mixtureP95(parts), Math.max(tpotSeconds, Math.min(fullSteps, fullSlots)));
}

interface Moments {
  readonly weight: number;
  readonly least: number;
  readonly mean: number;
  readonly variance: number;
}

/** Seconds of a decoding of `n` steps. */
function decodingParts(state: OpenState, n: number): Moments[] {
  const { steps: s, firstToken } = state;
  const { work } = s;
  const { rate } = firstToken;
  const own = n * s.perSequence;
  const ratio = n / s.decodeSteps;
  // Of the batch, averaged over a window of `ratio` lengths of the others.
  const averaged = ratio <= 1 ? 1 - ratio / 3 : (1 - 1 / (3 * ratio)) / ratio;
  const feedback = 1 / Math.max(0.1, 1 - (rate * s.decodeSteps * s.perSequence) / (1 - s.prefillShare));
  const batch = s.stepBatch * averaged * own * own * feedback * s.dispersion;
  const least = n * s.lightStep;
  const parts: Moments[] = [];
  /** `base` seconds and further prompts of `size` seconds, `mean` of them in clusters. */
  const add = (
    weight: number,
    base: number,
    mean: number,
    size: number,
    last: number,
    first: number,
  ): void => {
    const square = size * size * work.variation;
    met(mean, s.dispersion).forEach(({ probability, count, spread }) => {
      const partial = count > 0 ? last : 0;
      parts.push({
        weight: weight * probability,
        least,
        mean: base + count * size,
        variance:
          batch +
          count * (square + size * own) * feedback +
          spread * size * size * feedback +
          partial +
          first,
      });
    });
  };
  if (s.oneByOne < 1) {
    const mean = s.sharedSecondsOf(n);
    const arrivals = rate * mean;
    const base = n * s.taggedStep;
    add(1 - s.oneByOne, base, arrivals, (mean - base) / arrivals, 0, 0);
  }
  if (s.oneByOne > 0) {
    const { used, afterBusy, afterIdle, extra } = s.queue;
    const base = n * s.taggedStep;
    const whole = Math.min(work.fullSteps, n);
    // Some come too late to be met in full.
    const single = (weight: number, mixed: number, atLeast: number): void => {
      const further = Math.max(mixed - atLeast, 0);
      const arrivals = Math.max(rate * (base + mixed * extra), further / whole);
      const size = (arrivals > 0 ? further / arrivals : 0) * extra;
      const late = Math.max(0, (whole * extra - size) * size);
      const first = (atLeast * extra) ** 2 * work.variation;
      add(weight, base + atLeast * extra, arrivals, size, late / 2, first);
    };
    const behind = Math.min(afterBusy(n), whole);
    single(s.oneByOne * used, afterBusy(n), behind);
    single(s.oneByOne * (1 - used), afterIdle(n), 0);
  }
  return parts;
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
