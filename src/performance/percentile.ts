import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { firstTokenP95, type OwnTime } from './first-token';
import { cachedParts } from './history';
import type { Load } from './load';
import { type OpenState, openLoop } from './open-loop';
import { promptCut } from './prompt-steps';
import { normalTail, squaredVariation, Z_95 } from './queueing';
import type { SteadyState } from './state';
import { steadyState } from './steady-state';
import { decodeStep, prefillSeconds, requestOverheadSeconds } from './step';
import { prefillCurves } from './step-curves';
import { tokenTimeP95 } from './token-time';

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
  let prompts: ReturnType<typeof ownTimes> | undefined;
  const ownAt = (state: OpenState): readonly OwnTime[] => {
    // Where tokens come too slowly, or too many run, nobody asks for the first token.
    prompts ??= ownTimes(f, k, spread);
    return prompts(state);
  };
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
    this.tpot ??= tokenTimeP95(this.mean, this.load);
    return this.tpot;
  }
}

export const spreadLoad = (load: Load, tail: LengthTail): Load => ({
  ...load,
  inputVariation: squaredVariation(load.inputTokens, tail.inputP95Tokens),
  outputVariation: squaredVariation(load.outputTokens, tail.outputP95Tokens ?? load.outputTokens),
});

/** Between these points of a normal variable a log-normal length stands for all; finer where the 95th percentile is. */
const EDGES = [0, 0.4, 0.7, 1, 1.2, 1.4, 1.6, 1.8, 2, 2.3, 2.7];
const SHARES_ABOVE = [1, ...EDGES.map(normalTail), 0];

/** Mean lengths between those points, relative to the mean of all. */
function lengthsBetween(sigma: number): { relative: number; weight: number }[] {
  const lengthAbove = [1, ...EDGES.map((edge) => normalTail(edge - sigma)), 0];
  return SHARES_ABOVE.slice(1).map((above, i) => {
    const weight = SHARES_ABOVE[i]! - above;
    return { weight, relative: (lengthAbove[i]! - lengthAbove[i + 1]!) / weight };
  });
}

/** Standard deviations between those lengths. */
const LENGTHS_APART = 0.3;

/** Prompts' time in the front end and in their own steps, decoding beside them included, by length. */
export function ownTimes(f: StepFeatures, k: Coefficients, load: Load): (state: OpenState) => readonly OwnTime[] {
  const { inputTokens, inputVariation = 0 } = load;
  const sigma = Math.sqrt(Math.log(1 + inputVariation));
  const lengths = inputVariation === 0 ? [{ relative: 1, weight: 1 }] : lengthsBetween(sigma);
  const prefill = prefillCurves(f, k);
  const prompts = lengths.flatMap(({ relative, weight }) => {
    const input = inputTokens * relative;
    return cachedParts(load, input, LENGTHS_APART * sigma).map((part) => {
      const tokens = Math.max(1, input - part.cachedTokens);
      const secondsBeside = prefill(tokens, part.cachedTokens);
      const frontSeconds = requestOverheadSeconds(k, input);
      return { weight: weight * part.weight, tokens, frontSeconds, secondsBeside };
    });
  });
  const meanTokens = prompts.reduce((sum, { weight, tokens }) => sum + weight * tokens, 0);
  return ({ steps }) => {
    const budget = Math.max(1, load.maxNumBatchedTokens - Math.round(steps.stepBatch * (1 + f.mtpTokens)));
    const batch = Math.max(steps.batch, 1e-3);
    const besideStep = steps.stepOf(batch);
    return prompts.map(({ weight, tokens, frontSeconds, secondsBeside }) => {
      const { steps: count, beforeLast, roomTokens } = promptCut(load, tokens, budget);
      const before = count > 1 ? beforeLast * secondsBeside(batch, (beforeLast * tokens) / (count - 1)) : 0;
      const last = (1 - beforeLast) * secondsBeside(batch, (1 - beforeLast) * tokens);
      const engineSeconds = before + last + count * besideStep;
      return {
        weight,
        seconds: frontSeconds + engineSeconds,
        engineSeconds,
        beforeLastSeconds: before + (count - 1) * besideStep,
        room: roomTokens / meanTokens,
      };
    });
  };
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
