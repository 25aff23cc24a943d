import type { Plan } from '../plan/schema';
import type { ResolvedRequirements } from '../requirements/resolve';
import { type PlanningData, tryDraft } from './draft';
import { insteadQuestion, mixInstead } from './mix/instead';
import { mixQuestion, withMix } from './mix/propose';
import { NoFleetError } from './no-fleet';

/**
 * The plan for the requirements; with a loaded solver, mixes of fleets are considered too.
 * @throws UserError (exit code 1) when nothing meets them, naming the nearest miss and what would help
 */
export function makePlan(resolved: ResolvedRequirements, data: PlanningData): Plan {
  const draft = tryDraft(resolved, data);
  const { solver } = data;
  if (draft instanceof NoFleetError) {
    const question = solver === undefined ? null : insteadQuestion(draft);
    throw (question && mixInstead(draft, question, solver!)?.error) ?? draft;
  }
  if (solver === undefined) return draft.plan;
  const problem = mixQuestion(draft);
  return problem === null ? draft.plan : withMix(draft, problem, solver).plan;
}
