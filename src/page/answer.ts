import { stringify } from 'yaml';
import { UserError } from '../errors';
import { serializePlan } from '../plan/document';
import type { Plan } from '../plan/schema';
import { type PlanningData, tryDraft } from '../planning/draft';
import { insteadQuestion, mixInstead } from '../planning/mix/instead';
import { mixQuestion, withMix } from '../planning/mix/propose';
import type { MixSolver } from '../planning/mix/solver';
import { NoFleetError } from '../planning/no-fleet';
import { type Override, readRequirements } from '../requirements/document';
import { overridesOf } from '../requirements/flags';
import type { Requirements } from '../requirements/requirements';
import { resolveRequirements } from '../requirements/resolve';
import { flagsOf, type State } from './state';

/** What the planner says to what was asked: the same as `qwen-selfhost plan` with the same flags. */
export type Outcome =
  /** `planText`: the bytes of plan.json. */
  | { readonly kind: 'plan'; readonly planText: string }
  /** One line, and the exit code of the command line: 1 nothing meets it, 2 bad input. */
  | {
      readonly kind: 'refused';
      readonly message: string;
      readonly exitCode: number;
      /** What was understood, where it makes sense and only nothing meets it. */
      readonly requirements: Requirements | null;
    }
  /** A defect of this program. */
  | { readonly kind: 'defect'; readonly message: string };

/** A plan before it is complete, and what is still to be computed of it. */
export interface Draft {
  readonly plan: Plan;
  readonly pending: 'alternatives' | 'mix';
}

/**
 * Plans what a state asks for; the solver is loaded where a mix of fleets may save something. Never throws.
 * @param early told the plan before its alternatives are simulated, and again where a mix of fleets is still looked for
 */
export async function answerTo(
  state: State,
  data: PlanningData,
  loadSolver: () => Promise<MixSolver>,
  early: (draft: Draft) => void,
): Promise<Outcome> {
  let requirements: Requirements | null = null;
  try {
    const resolved = resolveRequirements(readRequirements(null, overridesIn(state)), data.catalogue, today());
    requirements = resolved.requirements;
    const draft = tryDraft(resolved, data, (plan) => early({ plan, pending: 'alternatives' }));
    if (draft instanceof NoFleetError) {
      const question = insteadQuestion(draft);
      throw (question && mixInstead(draft, question, await loadSolver())?.error) ?? draft;
    }
    const problem = mixQuestion(draft);
    if (problem !== null) early({ plan: draft.plan, pending: 'mix' });
    const plan = problem === null ? draft.plan : withMix(draft, problem, await loadSolver()).plan;
    return { kind: 'plan', planText: serializePlan(plan) };
  } catch (error) {
    if (error instanceof UserError)
      return { kind: 'refused', message: error.message, exitCode: error.exitCode, requirements };
    return { kind: 'defect', message: (error as Error).stack ?? String(error) };
  }
}

const today = (): string => new Date().toISOString().slice(0, 10);

const overridesIn = (state: State): Override[] =>
  flagsOf(state).flatMap(({ flag, given }) => overridesOf(flag, given));

/** The state as `selfhost.yaml`, ending in a newline; null while a field holds no number. */
export function yamlOf(state: State): string | null {
  try {
    return stringify(documentOf(overridesIn(state)), { flowCollectionPadding: false });
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function documentOf(overrides: readonly Override[]): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  for (const { path, value } of overrides) {
    let section = document;
    for (const key of path.slice(0, -1)) {
      section[key] ??= {};
      section = section[key] as Record<string, unknown>;
    }
    section[path.at(-1)!] = value;
  }
  return document;
}
