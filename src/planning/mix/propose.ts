import type { Plan } from '../../plan/schema';
import type { PlanningContext } from '../candidate';
import { describeOption } from '../describe';
import type { Option } from '../fleet';
import type { Draft } from '../plan';
import { recommend } from '../recommend';
import { significant } from '../rounding';
import { openSearch, type Stores } from '../search';
import { bestMix, type Mix, type MixFleet, type MixProblem, mixProblem, WORTHWHILE_SAVING } from './mix';
import { fleetNames, routingText } from './routing';
import type { MixSolver } from './solver';

type Requirements = PlanningContext['requirements'];
type PlannedMix = NonNullable<Plan['mix']>;

/** What a mix must cost less than to be worth a look: nine tenths of one fleet, or, exhaustively, all of it. */
const limitOf = ({ best }: Draft, exhaustive: boolean): number =>
  best.cost.usdPerMonth * (exhaustive ? 1 : 1 - WORTHWHILE_SAVING);

/** The integer programs to solve for a draft; null, and no solver needed, where no mix can be cheap enough. */
export const mixQuestion = (draft: Draft, exhaustive = false): MixProblem | null =>
  mixProblem(draft.search, limitOf(draft, exhaustive));

export interface MixedPlan {
  readonly plan: Plan;
  /** The requirements of each fleet of the mix, to be planned as services; empty without one. */
  readonly fleets: readonly Requirements[];
}

/**
 * The draft with the cheapest mix beside it. Every fleet of the mix is searched and simulated anew as a service of its
 * own, so that what is proposed is what would be built.
 */
export function withMix(draft: Draft, problem: MixProblem, solver: MixSolver): MixedPlan {
  const { search, best, plan } = draft;
  const mix = bestMix(problem, solver);
  if (mix === null || mix.usdPerMonth >= best.cost.usdPerMonth) return { plan, fleets: [] };
  const bestCost = { ...plan.bestCost!, usdPerMonth: mix.usdPerMonth };
  const names = fleetNames(mix.fleets, plan.name);
  const asked = mix.fleets.map((fleet, i) => ({ ...fleet.requirements, name: names[i]! }));
  const built = asked.map((requirements) => confirmed({ ...search.context, requirements }, search.stores));
  if (!built.every((option) => option !== null)) return { plan: { ...plan, bestCost }, fleets: [] };
  const planned = plannedMix(mix, names, built, plan, search.context);
  const summary = planned.proposed ? `${plan.summary} ${mixSentence(planned)}` : plan.summary;
  return { plan: { ...plan, summary, bestCost, mix: planned }, fleets: asked };
}

/** What a fleet would be built as: recommended and confirmed by a simulation. */
function confirmed(
  context: PlanningContext,
  stores: Stores,
): { option: Option; context: PlanningContext } | null {
  const found = recommend(openSearch(context, stores), false);
  return found === null ? null : { option: found.recommended, context };
}

function plannedMix(
  { fleets }: Mix,
  names: readonly string[],
  built: readonly { readonly option: Option; readonly context: PlanningContext }[],
  plan: Plan,
  context: PlanningContext,
): PlannedMix {
  const usdPerMonth =
    Math.round(built.reduce((sum, { option }) => sum + option.cost.usdPerMonth, 0) * 100) / 100;
  const saves = plan.cost.usdPerMonth - usdPerMonth;
  return {
    usdPerMonth,
    savesUsdPerMonth: Math.round(saves * 100) / 100,
    savesShare: significant(saves / plan.cost.usdPerMonth),
    proposed: saves >= WORTHWHILE_SAVING * plan.cost.usdPerMonth,
    routing: routingText(fleets, names, context),
    fleets: fleets.map((fleet, i) => plannedFleet(fleet, names[i]!, built[i]!)),
  };
}

const plannedFleet = (
  { range, requestShare, requirements }: MixFleet,
  name: string,
  { option, context }: { readonly option: Option; readonly context: PlanningContext },
): PlannedMix['fleets'][number] => ({
  name,
  promptTokens: { above: range.fromTokens, upTo: range.toTokens },
  requestShare: significant(requestShare),
  requestsPerSecond: requirements.workload.requestsPerSecond,
  contextTokens: requirements.contextTokens,
  hourlyInstances: option.hourlyInstances === null ? null : [...option.hourlyInstances],
  option: describeOption(option, context),
});

const mixSentence = ({ savesShare, usdPerMonth, fleets }: PlannedMix): string =>
  `A mix of fleets saves ${Math.floor(savesShare * 100)}%: ${fleets
    .map(({ option }) => `${option.instances} x ${option.instanceType}`)
    .join(' and ')} for $${Math.round(usdPerMonth).toLocaleString('en-US')} a month.`;
