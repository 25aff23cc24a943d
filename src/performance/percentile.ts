import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { firstTokenP95 } from './first-token';
import type { Load } from './load';
import { type OpenState, openLoop } from './open-loop';
import { type OwnTime, ownTimes } from './own-times';
import { squaredVariation, Z_95 } from './queueing';
import type { SteadyState } from './state';
import { steadyState } from './steady-state';
import { decodeStep, prefillSeconds } from './step';
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
