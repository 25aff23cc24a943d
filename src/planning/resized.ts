import type { PlanningContext } from './candidate';
import { fleetOf, fleetSize, type Option } from './fleet';

/** Far below what one machine holds. */
const LITTLE = 1e-6;
const HALVINGS = 20;

/** The same kind of machines for another peak, requests per second; the day keeps its pattern. */
export function resized(
  { candidate, design, capacityRequestsPerSecond, limitedBy }: Option,
  requestsPerSecond: number,
  context: PlanningContext,
): Option {
  const capacity = { requestsPerSecond: capacityRequestsPerSecond, limitedBy };
  return fleetOf(candidate, design, capacity, atAnother(requestsPerSecond, context));
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
  { candidate, capacityRequestsPerSecond }: Option,
  context: PlanningContext,
): number {
  const neededAt = (rate: number): number =>
    fleetSize(capacityRequestsPerSecond, candidate, atAnother(rate, context)).instances;
  let enough = highest * LITTLE;
  let above = highest;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (enough + above) / 2;
    if (neededAt(middle) <= instances) enough = middle;
    else above = middle;
  }
  return enough;
}
