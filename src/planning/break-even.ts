import { USUAL_SIZING } from '../requirements/sizing';
import type { PlanningContext } from './candidate';
import { fleetCost } from './cost';
import hosted from './data/hosted-apis.json';
import type { Option } from './fleet';
import { significant } from './rounding';
import { meanRequestsPerSecond, SECONDS_PER_DAY, SECONDS_PER_MONTH } from './traffic';

export const HOSTED_APIS_AS_OF: string = hosted.asOf;

/** A hosted API at its list price, USD per million tokens. */
interface HostedApi {
  readonly name: string;
  /** The model that it serves, of this program's; null for another one that teams use instead. */
  readonly serves: string | null;
  readonly inputUsdPerMillion: number;
  readonly cachedInputUsdPerMillion: number | null;
  readonly outputUsdPerMillion: number;
}

export interface BreakEven {
  readonly api: string;
  readonly sameModel: boolean;
  readonly priceSource: string;
  readonly inputUsdPerMillion: number;
  readonly outputUsdPerMillion: number;
  /** The planned load at this API. */
  readonly apiUsdPerMonth: number;
  /** Tokens a day, in the planned mix, from which on these machines cost less; null for never. */
  readonly tokensPerDay: number | null;
  readonly verdict: string;
}

/** The chosen fleet against hosted APIs: the user's prices first, then list prices of the same model and of others. */
export function breakEvens(option: Option, context: PlanningContext): BreakEven[] {
  const { model, requirements } = context;
  const own = (requirements.sizing ?? USUAL_SIZING).hostedApis;
  const overridden = new Set(own.map(({ name }) => name));
  const listed = (hosted.apis as readonly HostedApi[]).filter(
    ({ name, serves }) => (serves === null || serves === model.name) && !overridden.has(name),
  );
  return [
    ...own.map((api) =>
      compare(
        { ...api, serves: null, cachedInputUsdPerMillion: null },
        'given in sizing.hostedApis',
        option,
        context,
      ),
    ),
    ...listed.map((api) => compare(api, `list price of ${hosted.asOf}`, option, context)),
  ];
}

function compare(api: HostedApi, priceSource: string, option: Option, context: PlanningContext): BreakEven {
  const { requirements } = context;
  const { inputTokens, outputTokens } = requirements.workload;
  const perRequest = usdPerRequest(api, requirements);
  const apiUsdPerMonth = perRequest * meanRequestsPerSecond(requirements) * SECONDS_PER_MONTH;
  const requestsPerDay = breakEvenRequestsPerDay(perRequest, option, context);
  const tokensPerDay =
    requestsPerDay === null ? null : requestsPerDay * (inputTokens.mean + outputTokens.mean);
  return {
    api: api.name,
    sameModel: api.serves !== null,
    priceSource,
    inputUsdPerMillion: api.inputUsdPerMillion,
    outputUsdPerMillion: api.outputUsdPerMillion,
    apiUsdPerMonth: significant(apiUsdPerMonth),
    tokensPerDay: tokensPerDay === null ? null : significant(tokensPerDay),
    verdict: verdictOf(apiUsdPerMonth, option.cost.usdPerMonth, tokensPerDay),
  };
}

function usdPerRequest(api: HostedApi, { workload }: PlanningContext['requirements']): number {
  const { inputTokens, outputTokens, sharedPrefixShare } = workload;
  const cached = api.cachedInputUsdPerMillion === null ? 0 : sharedPrefixShare;
  const input = cached * (api.cachedInputUsdPerMillion ?? 0) + (1 - cached) * api.inputUsdPerMillion;
  return (inputTokens.mean * input + outputTokens.mean * api.outputUsdPerMillion) / 1e6;
}

const MOST_INSTANCES = 1000;

/**
 * Requests a day, spread evenly, from which on the fleet costs less than the API: the fewest machines first, and
 * another one wherever they are full. Null when even full machines cost more a request than the API.
 */
function breakEvenRequestsPerDay(
  perRequest: number,
  option: Option,
  context: PlanningContext,
): number | null {
  const { candidate, storage, capacityRequestsPerSecond, utilisationTarget } = option;
  const { requirements } = context;
  const days = SECONDS_PER_MONTH / SECONDS_PER_DAY;
  const perInstance =
    candidate.replicasPerInstance * capacityRequestsPerSecond * utilisationTarget * SECONDS_PER_DAY;
  const fewest = Math.max(
    Math.ceil(requirements.minReplicas / candidate.replicasPerInstance),
    requirements.minZones,
  );
  const usdPerDay = (instances: number): number =>
    fleetCost(candidate.offer, { instances, hourlyInstances: null }, storage.rootVolumeGiB, requirements)
      .usdPerMonth / days;
  if (perRequest <= 0) return null;
  for (let instances = fewest; instances <= MOST_INSTANCES; instances++) {
    const needed = Math.max(
      usdPerDay(instances) / perRequest,
      instances === fewest ? 0 : (instances - 1) * perInstance,
    );
    if (needed <= instances * perInstance) return needed;
  }
  return null;
}

function verdictOf(apiUsd: number, ownUsd: number, tokensPerDay: number | null): string {
  const ratio = apiUsd / ownUsd;
  if (tokensPerDay === null)
    return `never: even full machines cost more a token; at the planned load ${times(1 / ratio)} as much`;
  if (ratio >= 1) return `self-hosting wins at the planned load: the API costs ${times(ratio)} as much`;
  return `the API wins at the planned load: self-hosting costs ${times(1 / ratio)} as much`;
}

const times = (ratio: number): string => `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)} times`;
