import type { PlanningContext } from './candidate';
import { capacityAmong } from './capacity-among';
import { CapacityBracket } from './capacity-bracket';
import { type Design, problemOf } from './design';
import { type Capacity, fleetOf, type Option, SIMULATED } from './fleet';
import { historyOf } from './history';

/** Far below what one machine holds. */
const LITTLE = 1e-6;
const HALVINGS = 20;

/** The same kind of machines for another peak, requests per second; the day keeps its pattern. */
export function resized(option: Option, requestsPerSecond: number, context: PlanningContext): Option {
  const { candidate, design } = option;
  const { requirements } = context;
  const workload = { ...requirements.workload, requestsPerSecond };
  const asked = { ...context, requirements: { ...requirements, workload } };
  return fleetOf(candidate, design, capacityAt(option, asked), asked);
}

/** The same kind of machines for the same load if conversations found nothing of what was said before. */
export function withoutHistory(option: Option, context: PlanningContext): Option {
  const { candidate, design } = option;
  const held = heldBy(option, context)(design.among(Number.POSITIVE_INFINITY));
  return fleetOf(candidate, design, held, context);
}

/** More replicas find less of the history of conversations, so that each of them holds less. */
function capacityAt(option: Option, context: PlanningContext): Capacity {
  const { candidate, design, limitedBy, capacityRequestsPerSecond } = option;
  if (historyOf(context.requirements.workload) === null)
    return { requestsPerSecond: capacityRequestsPerSecond, limitedBy };
  return capacityAmong(design, candidate, heldBy(option, context), context);
}

/** The capacity of a replica of a design, no more than what the option's simulation found. */
function heldBy({ limitedBy, capacityRequestsPerSecond }: Option, { requirements }: PlanningContext) {
  const most = limitedBy === SIMULATED ? capacityRequestsPerSecond : Number.POSITIVE_INFINITY;
  return (design: Design): Capacity => {
    const held = new CapacityBracket((rate) => problemOf(design, requirements, rate)).settle();
    const requestsPerSecond = held.requestsPerSecond * design.ranks;
    return most < requestsPerSecond ? { requestsPerSecond: most, limitedBy } : { ...held, requestsPerSecond };
  };
}

/** The highest peak up to `highest` that so many machines take. */
export function lastRateOf(instances: number, highest: number, at: (rate: number) => Option): number {
  let enough = highest * LITTLE;
  let above = highest;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (enough + above) / 2;
    if (at(middle).instances <= instances) enough = middle;
    else above = middle;
  }
  return enough;
}
