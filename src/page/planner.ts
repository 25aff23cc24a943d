import { type Catalogue, EMBEDDED_CATALOGUE, regionsOf } from '../hardware/offerings';
import { findModel, MODEL_NAMES } from '../models/registry';
import { DesignMemory } from '../planning/design-memory';
import type { MixSolver } from '../planning/mix/solver';
import { answerTo, type Draft, type Outcome, yamlOf } from './answer';
import type { State } from './state';

/** What the page sends to the planner's worker. */
export type Question =
  /** Sent once, first. `catalogue`: prices of who serves the page; null for the snapshot in the program. `solver`: HiGHS, packed. */
  | { readonly kind: 'open'; readonly catalogue: Catalogue | null; readonly solver: Blob }
  | { readonly kind: 'plan'; readonly id: number; readonly state: State };

/** What the worker sends back. */
export type Reply =
  | {
      readonly kind: 'ready';
      readonly models: readonly string[];
      readonly regions: readonly string[];
      /** Of each model, the best first. */
      readonly checkpoints: Readonly<Record<string, readonly string[]>>;
    }
  /** Before the answer, which takes longer. */
  | ({ readonly kind: 'draft'; readonly id: number } & Draft)
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly outcome: Outcome;
      readonly yaml: string | null;
      readonly milliseconds: number;
    };

const CHECKPOINTS = Object.fromEntries(
  MODEL_NAMES.map((name) => {
    const lookup = findModel(name);
    return [name, lookup.found ? lookup.model.checkpoints.map(({ key }) => key) : []];
  }),
);

/** A planner that answers one question after the other. */
export function planner(
  now: () => number,
  load: (packed: Blob) => Promise<MixSolver>,
  early: (reply: Extract<Reply, { kind: 'draft' }>) => void,
): (question: Question) => Promise<Reply> {
  const designs = new DesignMemory();
  let catalogue: Catalogue = EMBEDDED_CATALOGUE;
  let packed = new Blob();
  let solver: Promise<MixSolver> | undefined;
  const loaded = (): Promise<MixSolver> => {
    solver ??= load(packed);
    return solver;
  };
  return async (question) => {
    if (question.kind === 'open') {
      catalogue = question.catalogue ?? EMBEDDED_CATALOGUE;
      packed = question.solver;
      return { kind: 'ready', models: MODEL_NAMES, regions: regionsOf(catalogue), checkpoints: CHECKPOINTS };
    }
    const start = now();
    const { id, state } = question;
    const outcome = await answerTo(state, { catalogue, designs }, loaded, (draft) =>
      early({ kind: 'draft', id, ...draft }),
    );
    return { kind: 'answer', id, outcome, yaml: yamlOf(state), milliseconds: now() - start };
  };
}
