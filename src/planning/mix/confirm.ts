import type { PlanningContext } from '../candidate';
import { nearestMiss } from '../explain';
import type { Option } from '../fleet';
import { recommend } from '../recommend';
import { openSearch, type Stores } from '../search';
import { bestMix, type Mix, type MixProblem, withoutMachine } from './mix';
import { withOwnThings } from './own-things';
import { fleetNames } from './routing';
import type { MixSolver } from './solver';

type Requirements = PlanningContext['requirements'];

/** A fleet as it would be built, or why it would not be. */
export type Confirmation =
  | { readonly ok: true; readonly option: Option; readonly context: PlanningContext }
  | { readonly ok: false; readonly reason: string };

/** Searches and simulates a fleet of a mix anew as a service of its own, so that what is proposed is what would be built. */
export function confirmFleet(context: PlanningContext, stores?: Stores): Confirmation {
  const search = openSearch(context, stores);
  const found = recommend(search, false);
  if (found !== null) return { ok: true, option: found.recommended, context };
  const miss = nearestMiss(search);
  return { ok: false, reason: `${miss?.instanceType}: ${miss?.reason}` };
}

/** A mix of which every fleet was confirmed. */
export interface ConfirmedMix {
  readonly mix: Mix;
  readonly names: readonly string[];
  /** Of each fleet, a whole requirement of its own. */
  readonly asked: readonly Requirements[];
  readonly built: readonly Extract<Confirmation, { ok: true }>[];
}

/** Mixes tried before it is left at one fleet. */
const MOST_TRIES = 3;

/**
 * The cheapest mix whose fleets all hold; one of which a fleet fails moves aside with that as its reason.
 * @param limitUsd dearer mixes are not tried
 * @param first the problem's cheapest mix
 */
export function confirmedMix(
  problem: MixProblem,
  first: Mix | null,
  solver: MixSolver,
  limitUsd: number,
  confirm = confirmFleet,
): { readonly confirmed: ConfirmedMix | null; readonly failure: string | null } {
  const { context, stores } = problem.search;
  let failure: string | null = null;
  let left = problem;
  let mix = first;
  for (let tries = 0; tries < MOST_TRIES && mix !== null && mix.usdPerMonth <= limitUsd; tries++) {
    const { fleets } = mix;
    const names = fleetNames(fleets, context.requirements.name);
    const asked = fleets.map(({ requirements }, i) => withOwnThings(requirements, names[i]!, i === 0));
    const built: Extract<Confirmation, { ok: true }>[] = [];
    for (const requirements of asked) {
      const confirmation = confirm({ ...context, requirements }, stores);
      if (confirmation.ok) built.push(confirmation);
      else {
        failure ??= `its fleet ${requirements.name} does not hold: ${confirmation.reason}`;
        break;
      }
    }
    if (built.length === asked.length) return { confirmed: { mix, names, asked, built }, failure };
    left = withoutMachine(left, fleets[built.length]!);
    mix = bestMix(left, solver);
  }
  return { confirmed: null, failure };
}
