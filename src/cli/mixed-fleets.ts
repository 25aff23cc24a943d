import type { Plan } from '../plan/schema';
import { mixQuestion, withMix } from '../planning/mix/propose';
import type { MixSolver } from '../planning/mix/solver';
import { type Draft, makePlan, type PlanningData } from '../planning/plan';
import type { ResolvedRequirements } from '../requirements/resolve';

/** HiGHS in WebAssembly: 3.5 MB, so it is loaded only where a mix can save something. */
async function loadSolver(): Promise<MixSolver> {
  const { default: load } = await import('highs');
  return load();
}

/**
 * The plan of a draft with the cheapest mix of fleets beside it.
 * @param build plan each fleet of a proposed mix as a service, instead of the one fleet
 */
export async function plansWithMix(
  draft: Draft,
  resolved: ResolvedRequirements,
  data: PlanningData,
  build: boolean,
): Promise<Plan[]> {
  const problem = mixQuestion(draft, data.exhaustive);
  if (problem === null) return [draft.plan];
  const { plan, fleets } = withMix(draft, problem, await loadSolver());
  if (!build || plan.mix?.proposed !== true) return [plan];
  return fleets.map((requirements) =>
    makePlan({ ...resolved, requirements, notes: [...resolved.notes, plan.mix!.routing] }, data),
  );
}
