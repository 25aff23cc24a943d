import { USUAL_SIZING } from '../requirements/sizing';
import type { PlanningContext } from './candidate';
import hosted from './data/hosted-apis.json';
import type { Option } from './fleet';
import { remembered } from './remembered';
import { lastRateOf, resized } from './resized';
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
  /** Tokens a day, in the planned mix and pattern of the day, from which on these machines cost less; null for never. */
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
  const bills = billsOf(option, context);
  const compared = (api: HostedApi, priceSource: string): BreakEven =>
    compare(api, priceSource, option, bills, context);
  return [
    ...own.map((api) =>
      compared({ ...api, serves: null, cachedInputUsdPerMillion: null }, 'given in sizing.hostedApis'),
    ),
    ...listed.map((api) => compared(api, `list price of ${hosted.asOf}`)),
  ];
}

function compare(
  api: HostedApi,
  priceSource: string,
  option: Option,
  bills: Bills,
  context: PlanningContext,
): BreakEven {
  const { requirements } = context;
  const { inputTokens, outputTokens, requestsPerSecond } = requirements.workload;
  const meanShare = meanRequestsPerSecond(requirements) / requestsPerSecond;
  const usdPerPeak = usdPerRequest(api, requirements) * meanShare * SECONDS_PER_MONTH;
  const apiUsdPerMonth = usdPerPeak * requestsPerSecond;
  const peak = breakEvenPeak(usdPerPeak, bills);
  const tokensPerDay =
    peak === null ? null : peak * meanShare * SECONDS_PER_DAY * (inputTokens.mean + outputTokens.mean);
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

const MOST_MACHINES = 1000;
const HALVINGS = 20;

/** The chosen kind of machines at any peak, the day's pattern kept: the steps of the report's cost chart. */
interface Bills {
  readonly usdPerMonthAt: (peak: number) => number;
  /** The highest peak that so many machines take. */
  readonly fullAt: (machines: number) => number;
}

/** Each peak is computed once for all APIs. */
function billsOf(option: Option, context: PlanningContext): Bills {
  const { candidate, capacityRequestsPerSecond, utilisationTarget } = option;
  const held = candidate.replicasPerInstance * capacityRequestsPerSecond * utilisationTarget;
  return {
    usdPerMonthAt: remembered((peak) => resized(option, peak, context).cost.usdPerMonth),
    fullAt: remembered((machines) => lastRateOf(machines, (machines + 1) * held, option, context)),
  };
}

/**
 * The peak from which on the fleet costs less than the API, requests per second. Looked for on full machines first: the
 * more there are, the less of the fixed costs a request bears. Null when a thousand full machines cost more.
 */
function breakEvenPeak(usdPerPeak: number, { usdPerMonthAt, fullAt }: Bills): number | null {
  const wins = (peak: number): boolean => usdPerPeak * peak >= usdPerMonthAt(peak);
  if (!wins(fullAt(MOST_MACHINES))) return null;
  let [tooFew, enough] = [0, MOST_MACHINES];
  while (enough - tooFew > 1) {
    const middle = (tooFew + enough) >> 1;
    if (wins(fullAt(middle))) enough = middle;
    else tooFew = middle;
  }
  let low = tooFew === 0 ? fullAt(enough) * 1e-6 : fullAt(tooFew);
  let high = fullAt(enough);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (wins(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function verdictOf(apiUsd: number, ownUsd: number, tokensPerDay: number | null): string {
  const ratio = apiUsd / ownUsd;
  if (tokensPerDay === null)
    return `never: even full machines cost more a token; at the planned load ${times(1 / ratio)} as much`;
  if (ratio >= 1) return `self-hosting wins at the planned load: the API costs ${times(ratio)} as much`;
  return `the API wins at the planned load: self-hosting costs ${times(1 / ratio)} as much`;
}

const times = (ratio: number): string => `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)} times`;
