import type { PlanningContext } from '../candidate';
import type { Option } from '../fleet';
import { budget } from './budget';
import { instances } from './instances';
import { loadBalancerZones } from './load-balancer-zones';
import { quota } from './quota';

/** Why a sized fleet is out of the question, and how far from allowed (needed over available). */
export interface FleetProblem {
  readonly reason: string;
  readonly distance: number;
}

export interface FleetFilter {
  readonly name: string;
  readonly problem: (option: Option, context: PlanningContext) => FleetProblem | null;
}

const FLEET_FILTERS: readonly FleetFilter[] = [instances, budget, quota, loadBalancerZones];

/** The first filter that objects to a sized fleet; null when none does. */
export function fleetProblem(
  option: Option,
  context: PlanningContext,
): ({ readonly filter: string } & FleetProblem) | null {
  for (const { name, problem } of FLEET_FILTERS) {
    const found = problem(option, context);
    if (found !== null) return { filter: name, ...found };
  }
  return null;
}
