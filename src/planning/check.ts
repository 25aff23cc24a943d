import { UserError } from '../errors';
import { squaredVariation } from '../performance/queueing';
import type { LengthDistribution, SimulationConfig } from '../simulation/config';
import { replay } from '../simulation/simulate';
import type { Workload } from '../workload/workload';
import type { PlanningContext } from './candidate';
import { firstMiss, type Miss } from './filters/filter';
import { sloAtLoad } from './filters/slo-at-load';
import type { Option } from './fleet';
import { type SettledEngine, settle } from './settle';

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
  | ({ readonly ok: false } & Miss);

const REQUESTS = 3000;
const WARM_UP_REQUESTS = 300;
const SEED = 1;
const MOST_REPLICAS = 4;

/** Simulates an option at the planned peak and holds its percentiles against the SLO at the wanted confidence. */
export function checkOption(option: Option, context: PlanningContext): Check {
  const engine = settle(option, context);
  let simulated: Simulated;
  try {
    simulated = simulateOption(option, engine, context);
  } catch (error) {
    if (error instanceof UserError)
      return {
        ok: false,
        filter: sloAtLoad.name,
        reason: `simulated: ${error.message}`,
        distance: Number.POSITIVE_INFINITY,
      };
    throw error;
  }
  const { footing } = option.design;
  const miss = firstMiss({ footing, ...simulated }, [sloAtLoad], context);
  return miss === null ? { ok: true, engine, simulated } : { ok: false, ...miss };
}

function simulateOption(option: Option, engine: SettledEngine, { requirements }: PlanningContext): Simulated {
  const { workload, slo, contextTokens } = requirements;
  const { curve } = option.design;
  const replicas = Math.min(option.replicas, MOST_REPLICAS);
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
    ...(engine.prefixCaching ? prefixesOf(option, workload) : {}),
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

/** What prompts find in the cache: what all share, and some their own history, as often as the closed form says. */
function prefixesOf(
  option: Option,
  { sharedPrefixShare, inputTokens, requestsPerSecond }: Workload,
): Pick<SimulationConfig, 'prefixes'> {
  const history = option.design.curve.historyAt(requestsPerSecond / option.replicas / option.design.ranks);
  if (sharedPrefixShare === 0 && history === null) return {};
  const common = { tokens: Math.floor(sharedPrefixShare * inputTokens.mean) };
  return { prefixes: { kind: 'shared', common, groups: 1, ...(history === null ? {} : { history }) } };
}

/** Heaviest tail that a log-normal has, slightly inside. */
const HEAVIEST_P95_OVER_MEAN = 3.8;

/** Log-normal lengths; without spread, or below one token, all alike. */
function lengthsOf({ mean, p95 }: { readonly mean: number; readonly p95: number }): LengthDistribution {
  if (squaredVariation(mean, p95) === 0) return { kind: 'fixed', tokens: Math.max(1, Math.round(mean)) };
  return { kind: 'lognormal', mean, p95: Math.min(p95, mean * HEAVIEST_P95_OVER_MEAN) };
}
