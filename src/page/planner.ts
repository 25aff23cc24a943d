import { type Catalogue, EMBEDDED_CATALOGUE, regionsOf } from '../hardware/offerings';
import { MODEL_NAMES } from '../models/registry';
import { DesignMemory } from '../planning/design-memory';
import { answerTo, type Outcome, yamlOf } from './answer';
import type { State } from './state';

/** What the page sends to the planner's worker. */
export type Question =
  /** Sent once, first. `catalogue`: prices of who serves the page; null for the snapshot in the program. */
  | { readonly kind: 'open'; readonly catalogue: Catalogue | null }
  | { readonly kind: 'plan'; readonly id: number; readonly state: State };

/** What the worker sends back. */
export type Reply =
  | { readonly kind: 'ready'; readonly models: readonly string[]; readonly regions: readonly string[] }
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly outcome: Outcome;
      readonly yaml: string | null;
      readonly milliseconds: number;
    };

/** A planner that answers one question after the other. */
export function planner(now: () => number): (question: Question) => Reply {
  const designs = new DesignMemory();
  let catalogue: Catalogue = EMBEDDED_CATALOGUE;
  return (question) => {
    if (question.kind === 'open') {
      catalogue = question.catalogue ?? EMBEDDED_CATALOGUE;
      return { kind: 'ready', models: MODEL_NAMES, regions: regionsOf(catalogue) };
    }
    const start = now();
    const { id, state } = question;
    const outcome = answerTo(state, catalogue, designs);
    return { kind: 'answer', id, outcome, yaml: yamlOf(state), milliseconds: now() - start };
  };
}
