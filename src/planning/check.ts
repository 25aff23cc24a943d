import { UserError } from '../errors';
import { pessimistic } from '../performance/interval';
import { squaredVariation } from '../performance/queueing';
import type { LengthDistribution, SimulationConfig } from '../simulation/config';
import { replay } from '../simulation/simulate';
import type { PlanningContext } from './candidate';
import type { Option } from './fleet';
import { type SettledEngine, settle } from './settle';
import { milliseconds } from './shortfall';

/** What users feel at the planned peak, request by request. */
export interface Simulated {
  readonly requests: number;
  readonly seed: number;
  /** Of how many replicas; a larger fleet is simulated by so many with their share of the load. */
  readonly replicas: number;
  readonly ttftP95Seconds: number;
  /** Null when every answer is one token. */
  readonly tpotP95Seconds: number | null;
  /** Share of the requests that meet both targets. */
  readonly goodputShare: number;
  readonly preemptions: number;
}

export type Check =
  | { readonly ok: true; readonly engine: SettledEngine; readonly simulated: Simulated }
  | { readonly ok: false; readonly reason: string };

const REQUESTS = 3000;
const WARM_UP_REQUESTS = 300;
const SEED = 1;
const MOST_REPLICAS = 4;

/** Simulates an option at the planned peak and holds its percentiles against the SLO at the wanted confidence. */
export function checkOption(option: Option, context: PlanningContext): Check {
  const engine = settle(option, context);
  const { slo, confidence } = context.requirements;
  const { footing } = option.design;
  let simulated: Simulated;
  try {
    simulated = simulateOption(option, engine, context);
  } catch (error) {
    if (error instanceof UserError) return { ok: false, reason: `simulated: ${error.message}` };
    throw error;
  }
  const percent = Math.round(confidence * 100);
  const ttft = pessimistic(simulated.ttftP95Seconds, 'ttft', footing, confidence);
  const tpot = pessimistic(simulated.tpotP95Seconds ?? 0, 'tpot', footing, confidence);
  const late = (figure: string, actual: number, wanted: number): string | null =>
    actual <= wanted
      ? null
      : `simulated: ${figure} p95 ${milliseconds(actual)}, wanted ${milliseconds(wanted)} (at ${percent}% confidence)`;
  const reason = late('TTFT', ttft, slo.ttftP95Seconds) ?? late('TPOT', tpot, slo.tpotP95Seconds);
  return reason === null ? { ok: true, engine, simulated } : { ok: false, reason };
}

function simulateOption(option: Option, engine: SettledEngine, { requirements }: PlanningContext): Simulated {
  const { workload, slo, contextTokens } = requirements;
  const { curve } = option.design;
  const replicas = Math.min(option.replicas, MOST_REPLICAS);
  const { sharedPrefixShare } = workload;
  const config: SimulationConfig = {
    features: curve.features,
    coefficients: curve.coefficients,
    pool: { blocks: engine.budget.poolBlocks, layout: engine.budget.pool },
    maxNumSeqs: engine.maxNumSeqs,
    maxNumBatchedTokens: engine.maxNumBatchedTokens,
    prefixCaching: engine.prefixCaching,
    mtpTokens: engine.mtpTokens,
    maxModelLen: contextTokens,
    replicas,
    routing: 'least-outstanding',
    arrivals: {
      kind: 'poisson',
      requestsPerSecond: (workload.requestsPerSecond * replicas) / option.replicas,
    },
    lengths: {
      kind: 'independent',
      input: lengthsOf(workload.inputTokens),
      output: lengthsOf(workload.outputTokens),
    },
    ...(engine.prefixCaching && sharedPrefixShare > 0
      ? { prefixes: { kind: 'shared' as const, share: Math.min(sharedPrefixShare, 0.99), groups: 1 } }
      : {}),
    requests: REQUESTS,
    warmupRequests: WARM_UP_REQUESTS,
    seed: SEED,
    slo: { ttftSeconds: slo.ttftP95Seconds, tpotSeconds: slo.tpotP95Seconds },
  };
  const result = replay(config);
  return {
    requests: REQUESTS,
    seed: SEED,
    replicas,
    ttftP95Seconds: result.ttftSeconds.p95,
    tpotP95Seconds: result.tpotSeconds?.p95 ?? null,
    goodputShare: result.goodput?.share ?? 0,
    preemptions: result.preemptions,
  };
}

/** Heaviest tail that a log-normal has, slightly inside. */
const HEAVIEST_P95_OVER_MEAN = 3.8;

/** Log-normal lengths; without spread, or below one token, all alike. */
function lengthsOf({ mean, p95 }: { readonly mean: number; readonly p95: number }): LengthDistribution {
  if (squaredVariation(mean, p95) === 0) return { kind: 'fixed', tokens: Math.max(1, Math.round(mean)) };
  return { kind: 'lognormal', mean, p95: Math.min(p95, mean * HEAVIEST_P95_OVER_MEAN) };
}
