import { burstMeans, closedRunLatencies, type RunMeans, wholeRunOutput } from './burst';
import type { Basis, Coefficients } from './coefficients';
import { ranksOf, type StepFeatures } from './features';
import { highestRate } from './highest-rate';
import { type Footing, type Interval, intervalAround, type Regime, regimeOf } from './interval';
import type { Load } from './load';
import type { SteadyState } from './state';
import { steadyState } from './steady-state';
import { decodeStep, type StepTerms } from './step';

export const LIMITS = ['bandwidth', 'compute', 'communication', 'KV', 'scheduler'] as const;
export type Limit = (typeof LIMITS)[number];

/** What to expect of one replica under one load; times of one rank, rates of the replica, means. */
export interface Prediction {
  readonly stable: boolean;
  /** Share of what the engine can do; above 1 when requests come faster than they are served. */
  readonly utilisation: number;
  readonly limitedBy: Limit;
  readonly basis: Basis;
  readonly regime: Regime;
  /** Null when the queue grows without bound. */
  readonly ttftSeconds: Interval | null;
  readonly tpotSeconds: Interval;
  readonly outputTokensPerSecond: Interval;
  readonly requestsPerSecond: number;
  readonly stepSeconds: number;
  readonly prefillSeconds: number;
  readonly decodeBatch: number;
  /** Where a decode step's time goes. */
  readonly terms: StepTerms;
  readonly state: SteadyState;
}

/** Mean share of the output that a running sequence holds when others are admitted as sequences end. */
export const MEAN_OUTPUT_HELD = 0.6;

/**
 * Predicts a load on an engine; `poolLimited` says that the KV pool and not max_num_seqs bounds the batch. A rank never
 * serves a fraction of a client: fewer clients than ranks leave some ranks idle.
 */
export function predict(
  f: StepFeatures,
  k: Coefficients,
  asked: Load,
  footing: Footing,
  poolLimited: boolean,
): Prediction {
  const { arrivals } = asked;
  if (arrivals.kind === 'open' || arrivals.concurrency >= 1)
    return predictBusy(f, k, asked, footing, poolLimited);
  const { concurrency: share, totalRequests = Number.POSITIVE_INFINITY } = arrivals;
  const ofOneClient = {
    ...asked,
    arrivals: { ...arrivals, concurrency: 1, totalRequests: Math.max(1, totalRequests / share) },
  };
  const p = predictBusy(f, k, ofOneClient, footing, poolLimited);
  const { low, expected, high } = p.outputTokensPerSecond;
  return {
    ...p,
    outputTokensPerSecond: { low: low * share, expected: expected * share, high: high * share },
    requestsPerSecond: p.requestsPerSecond * share,
    utilisation: p.utilisation * share,
    decodeBatch: p.decodeBatch * share,
  };
}

/** With work for every rank. */
function predictBusy(
  f: StepFeatures,
  k: Coefficients,
  load: Load,
  footing: Footing,
  poolLimited: boolean,
): Prediction {
  const asked = steadyState(f, k, load);
  const { arrivals } = load;
  const saturation = arrivals.kind === 'open' && !asked.stable ? highestStableRate(f, k, load) : null;
  const state =
    saturation === null || arrivals.kind === 'closed'
      ? asked
      : steadyState(f, k, { ...load, arrivals: { ...arrivals, requestsPerSecond: saturation } });
  const regime = asked.stable && !isBurst(load) ? regimeOf(state) : 'loaded';
  const run = runMeans(f, k, load, state);
  const terms = decodeStep(f, k, Math.max(state.decodeBatch, 1), load.inputTokens + load.outputTokens / 2);
  const output = intervalAround(run.outputTokensPerSecond, 'output', footing, regime);
  const asOffered = {
    low: run.outputTokensPerSecond,
    expected: run.outputTokensPerSecond,
    high: run.outputTokensPerSecond,
  };
  return {
    stable: asked.stable,
    utilisation:
      saturation !== null && arrivals.kind === 'open'
        ? arrivals.requestsPerSecond / saturation
        : state.utilisation,
    limitedBy: limitOf(state, terms, load, poolLimited),
    basis: typeof footing === 'string' ? footing : footing.basis,
    regime,
    ttftSeconds: asked.stable ? intervalAround(run.ttftSeconds, 'ttft', footing, regime) : null,
    tpotSeconds: intervalAround(run.tpotSeconds, 'tpot', footing, regime),
    // Below saturation an open loop puts out what it is offered, whatever the latencies are.
    outputTokensPerSecond: arrivals.kind === 'open' && regime === 'steady' ? asOffered : output,
    requestsPerSecond: run.outputTokensPerSecond / load.outputTokens,
    stepSeconds: state.stepSeconds,
    prefillSeconds: state.prefillSeconds,
    decodeBatch: state.decodeBatch,
    terms,
    state,
  };
}

/** All requests at once: as uncertain as an engine near saturation. */
const isBurst = ({ arrivals }: Load): boolean =>
  arrivals.kind === 'closed' &&
  arrivals.totalRequests !== undefined &&
  arrivals.totalRequests <= arrivals.concurrency;

/** A closed load with a number of requests is a benchmark that ends; any other goes on. */
function runMeans(f: StepFeatures, k: Coefficients, load: Load, s: SteadyState): RunMeans {
  const { arrivals } = load;
  if (arrivals.kind === 'open' || arrivals.totalRequests === undefined) return s;
  if (arrivals.totalRequests <= arrivals.concurrency)
    return burstMeans(f, k, { ...load, requests: arrivals.totalRequests });
  const { ttftSeconds, tpotSeconds } = closedRunLatencies(f, k, load, s, arrivals);
  return {
    ttftSeconds,
    tpotSeconds,
    outputTokensPerSecond: wholeRunOutput(
      f,
      { ttftSeconds, tpotSeconds },
      arrivals.concurrency,
      load.outputTokens,
    ),
  };
}

const highestStableRate = (f: StepFeatures, k: Coefficients, load: Load): number =>
  highestRate(
    (requestsPerSecond) =>
      steadyState(f, k, { ...load, arrivals: { kind: 'open', requestsPerSecond, spacing: 'poisson' } })
        .stable,
  );

/** What takes most of the engine's time, or what keeps requests out of it. */
function limitOf(s: SteadyState, t: StepTerms, load: Load, poolLimited: boolean): Limit {
  const full = s.blockedSeconds > 0 || s.decodeBatch > 0.95 * load.maxBatch;
  if (full) return poolLimited ? 'KV' : 'scheduler';
  // Weights and compute overlap: each is charged its share of the square sum.
  const overlapped = Math.hypot(t.weights, t.compute);
  const decode = 1 - s.prefillShare;
  const part = (seconds: number): number => (decode * seconds) / t.total;
  const shares: readonly [Limit, number][] = [
    ['bandwidth', part(t.weights ** 2 / overlapped + t.state + t.draft)],
    ['compute', part(t.compute ** 2 / overlapped) + s.prefillShare],
    ['communication', part(t.communication)],
    ['KV', part(t.kv)],
    ['scheduler', part(t.overhead)],
  ];
  return shares.reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}

/** The load of one rank of a replica that serves `perReplica` clients or requests per second. */
export const perRank = (f: StepFeatures, perReplica: number): number => perReplica / ranksOf(f);
