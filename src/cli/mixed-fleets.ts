import type { Plan } from '../plan/schema';
import type { Draft, PlanningData } from '../planning/draft';
import { insteadQuestion, mixInstead } from '../planning/mix/instead';
import { type MixedPlan, mixQuestion, withMix } from '../planning/mix/propose';
import type { MixSolver } from '../planning/mix/solver';
import { NoFleetError } from '../planning/no-fleet';
import { makePlan } from '../planning/plan';
import type { ResolvedRequirements } from '../requirements/resolve';

/** HiGHS in WebAssembly: 3.5 MB, so it is loaded only where a mix can save something. */
async function loadSolver(): Promise<MixSolver> {
  const { default: load } = await import('highs');
  return load();
}

/**
 * The plan of each fleet of a mix where no single fleet does.
 * @param build plan them, instead of saying that they would do
 * @throws UserError (exit code 1) when nothing meets the requirements, or the user did not ask for a mix
 */
async function plansInstead(
  none: NoFleetError,
  resolved: ResolvedRequirements,
  data: PlanningData,
  build: boolean,
): Promise<Plan[]> {
  const question = insteadQuestion(none);
  const instead = question === null ? null : mixInstead(none, question, await loadSolver());
  if (instead === null) throw none;
  if (!build) throw instead.error;
  return fleetPlans(instead.fleets, instead.routing, resolved, data);
}

const fleetPlans = (
  fleets: MixedPlan['fleets'],
  routing: string,
  resolved: ResolvedRequirements,
  data: PlanningData,
): Plan[] =>
  fleets.map((requirements) =>
    makePlan({ ...resolved, requirements, notes: [...resolved.notes, routing] }, data),
  );

/**
 * The plan of a draft with the cheapest mix of fleets beside it.
 * @param build plan each fleet of a proposed mix as a service, instead of the one fleet
 */
export async function plansWithMix(
  draft: Draft | NoFleetError,
  resolved: ResolvedRequirements,
  data: PlanningData,
  build: boolean,
): Promise<Plan[]> {
  if (draft instanceof NoFleetError) return plansInstead(draft, resolved, data, build);
  const problem = mixQuestion(draft);
  if (problem === null) return [draft.plan];
  const { plan, fleets } = withMix(draft, problem, await loadSolver());
  if (!build || plan.mix?.proposed !== true) return [plan];
  return fleetPlans(fleets, plan.mix.routing, resolved, data);
}
