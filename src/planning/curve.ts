import type { Coefficients } from '../performance/coefficients';
import type { StepFeatures } from '../performance/features';
import type { HistoryHits, Load } from '../performance/load';
import { type LengthTail, type Percentile95, randomArrivals } from '../performance/percentile';
import type { Judged } from '../performance/slo';
import { decodeCurve } from '../performance/step-curves';
import type { MemoryBudget } from '../vllm/budget';
import { savesStatesWithin } from '../vllm/pool';
import type { PlanningContext } from './candidate';
import type { EngineOption } from './engine-options';
import { remembered } from './remembered';

interface CurveInput {
  readonly features: StepFeatures;
  readonly coefficients: Coefficients;
  /** Load of one rank, at any rate. */
  readonly load: Omit<Load, 'arrivals'>;
  readonly tail: LengthTail;
}

/** Predictions by rate, each computed once. */
export interface Curve extends CurveInput {
  /** 95th percentiles at a rate of one rank, requests per second. */
  readonly at: (requestsPerSecond: number) => Percentile95;
  /** The same without the engine's state, of which a search looks at too many to keep them. */
  readonly seenAt: (requestsPerSecond: number) => Seen;
  /** Prompts that find their conversation so far at that rate; null where none are counted. */
  readonly historyAt: (requestsPerSecond: number) => HistoryHits | null;
  /** A step of so many sequences that decode, half of their output behind them. */
  readonly stepSeconds: (batch: number) => number;
}

/** What a search asks of a rate. */
export type Seen = Judged & { readonly mean: Pick<Percentile95['mean'], 'decodeBatch'> };

/** No pool is so large: the real limit of a design is its own `mostSequences`. */
const NO_LIMIT = 1 << 16;

/** What is predicted of an engine with these settings. */
export function curveOf(
  { features, coefficients }: Pick<CurveInput, 'features' | 'coefficients'>,
  option: EngineOption,
  budget: MemoryBudget,
  { workload }: PlanningContext['requirements'],
): Curve {
  const input: CurveInput = {
    features,
    coefficients,
    load: {
      inputTokens: workload.inputTokens.mean,
      cachedTokens: option.prefixCaching ? sharedTokens(workload, budget.pool.blockTokens) : 0,
      outputTokens: workload.outputTokens.mean,
      maxBatch: NO_LIMIT,
      maxNumBatchedTokens: option.maxNumBatchedTokens,
      ...(option.prefixCaching
        ? {
            blockTokens: budget.pool.blockTokens,
            checkpointsWithin: savesStatesWithin(budget.pool, option.mtpTokens),
          }
        : {}),
    },
    tail: { inputP95Tokens: workload.inputTokens.p95, outputP95Tokens: workload.outputTokens.p95 },
  };
  let arrivals: ReturnType<typeof randomArrivals> | undefined;
  const computed = (rate: number): Percentile95 => {
    arrivals ??= randomArrivals(features, coefficients, input.load, input.tail);
    return arrivals(rate);
  };
  // Both percentiles are mostly asked for at once.
  let last: { readonly rate: number; readonly p: Percentile95 } | null = null;
  const fullAt = (rate: number): Percentile95 => {
    if (last?.rate !== rate) last = { rate, p: computed(rate) };
    return last.p;
  };
  let step: ReturnType<typeof decodeCurve> | undefined;
  const stepSeconds = (batch: number): number => {
    step ??= decodeCurve(features, coefficients, input.load.inputTokens + input.load.outputTokens / 2);
    return step(batch);
  };
  return {
    ...input,
    at: remembered(computed),
    seenAt: remembered((rate): Seen => new SeenRate(rate, fullAt)),
    historyAt: () => null,
    stepSeconds,
  };
}

class SeenRate implements Seen {
  readonly mean: Seen['mean'];
  private ttft = Number.NaN;
  private tpot = Number.NaN;

  constructor(
    private readonly rate: number,
    private readonly fullAt: (rate: number) => Percentile95,
  ) {
    const { stable, decodeBatch } = fullAt(rate).mean;
    this.mean = { stable, decodeBatch };
  }

  get ttftP95Seconds(): number {
    if (Number.isNaN(this.ttft)) this.ttft = this.fullAt(this.rate).ttftP95Seconds;
    return this.ttft;
  }

  get tpotP95Seconds(): number {
    if (Number.isNaN(this.tpot)) this.tpot = this.fullAt(this.rate).tpotP95Seconds;
    return this.tpot;
  }
}

/** Prefix hits come in whole blocks: a shared prefix shorter than one block never hits. */
const sharedTokens = (
  { sharedPrefixShare, inputTokens }: PlanningContext['requirements']['workload'],
  blockTokens: number,
): number => Math.floor((sharedPrefixShare * inputTokens.mean) / blockTokens) * blockTokens;
