import type { PlanningContext } from './candidate';
import { capacityAmong, settled } from './capacity-among';
import { CapacityBracket } from './capacity-bracket';
import { type Design, holds } from './design';
import { type Capacity, fleetOf, fleetSize, type Option, SIMULATED } from './fleet';
import { historyOf } from './history';

/** Far below what one machine holds. */
const LITTLE = 1e-6;
const HALVINGS = 20;

/** The same kind of machines for another peak, requests per second; the day keeps its pattern. */
export function resized(option: Option, requestsPerSecond: number, context: PlanningContext): Option {
  const { candidate, design } = option;
  const asked = atAnother(requestsPerSecond, context);
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
function heldBy({ limitedBy, capacityRequestsPerSecond }: Option, context: PlanningContext) {
  const most = limitedBy() === SIMULATED ? capacityRequestsPerSecond : Number.POSITIVE_INFINITY;
  return (design: Design): Capacity => {
    const holdsAt = (rate: number): boolean => holds(design, context.requirements, rate);
    const held = settled(design, new CapacityBracket(holdsAt, Number.POSITIVE_INFINITY), context);
    return most < held.requestsPerSecond ? { requestsPerSecond: most, limitedBy } : held;
  };
}

const atAnother = (requestsPerSecond: number, context: PlanningContext): PlanningContext => {
  const { requirements } = context;
  const workload = { ...requirements.workload, requestsPerSecond };
  return { ...context, requirements: { ...requirements, workload } };
};

/** The highest peak up to `highest` that so many machines of an option's kind take. */
export function lastRateOf(
  instances: number,
  highest: number,
  option: Option,
  context: PlanningContext,
): number {
  const neededAt = (rate: number): number => {
    const asked = atAnother(rate, context);
    return fleetSize(capacityAt(option, asked).requestsPerSecond, option.candidate, asked).instances;
  };
  let enough = highest * LITTLE;
  let above = highest;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (enough + above) / 2;
    if (neededAt(middle) <= instances) enough = middle;
    else above = middle;
  }
  return enough;
}
