import type { Plan } from '../../plan/schema';
import type { PlanningContext } from '../candidate';
import { describeOption } from '../describe';
import type { Draft } from '../draft';
import { significant } from '../rounding';
import { type ConfirmedMix, confirmedMix, confirmFleet } from './confirm';
import { bestMix, type Mix, type MixFleet, type MixProblem, mixProblem, WORTHWHILE_SAVING } from './mix';
import { routingText } from './routing';
import type { MixSolver } from './solver';

type Requirements = PlanningContext['requirements'];
type PlannedMix = NonNullable<Plan['mix']>;

/** The integer programs to solve for a draft; null, and no solver needed, where no mix can be cheaper than one fleet. */
export const mixQuestion = ({ search, best }: Draft): MixProblem | null =>
  mixProblem(search, best.cost.usdPerMonth);

export interface MixedPlan {
  readonly plan: Plan;
  /** The requirements of each fleet of the mix, to be planned as services; empty without one. */
  readonly fleets: readonly Requirements[];
}

/**
 * The draft with the cheapest mix beside it: named with the best cost where it saves anything, confirmed fleet by fleet
 * where it saves enough to be proposed.
 */
export function withMix(
  draft: Draft,
  problem: MixProblem,
  solver: MixSolver,
  confirm = confirmFleet,
): MixedPlan {
  const { search, best, plan } = draft;
  const mix = bestMix(problem, solver);
  if (mix === null || mix.usdPerMonth >= best.cost.usdPerMonth) return { plan, fleets: [] };
  const bestCostWith = (whyNot: string | null): NonNullable<Plan['bestCost']> => ({
    ...plan.bestCost!,
    usdPerMonth: mix.usdPerMonth,
    mix: { machines: machinesOf(mix), whyNot },
  });
  const worthwhileUsd = plan.cost.usdPerMonth * (1 - WORTHWHILE_SAVING);
  if (mix.usdPerMonth > worthwhileUsd) {
    const saved = percent(1 - mix.usdPerMonth / plan.cost.usdPerMonth);
    const bestCost = bestCostWith(
      `it saves ${saved}, and several fleets are proposed only where they save a tenth`,
    );
    return { plan: { ...plan, bestCost }, fleets: [] };
  }
  const { confirmed, failure } = confirmedMix(problem, mix, solver, worthwhileUsd, confirm);
  if (confirmed === null) return { plan: { ...plan, bestCost: bestCostWith(failure) }, fleets: [] };
  const planned = plannedMix(confirmed, plan, search.context);
  const summary = planned.proposed ? `${plan.summary} ${mixSentence(planned)}` : plan.summary;
  const asBuilt = planned.proposed
    ? null
    : `as built it saves ${percent(planned.savesShare)}, and several fleets are proposed only where they save a tenth`;
  return {
    plan: { ...plan, summary, bestCost: bestCostWith(failure ?? asBuilt), mix: planned },
    fleets: confirmed.asked,
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

const machinesOf = ({ fleets }: Mix): string =>
  fleets.map(({ option }) => `${option.instances} x ${option.candidate.offer.type.name}`).join(' and ');

function plannedMix(
  { mix: { fleets }, names, built }: ConfirmedMix,
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
  { option, context }: ConfirmedMix['built'][number],
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
