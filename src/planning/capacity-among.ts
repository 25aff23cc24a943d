import type { Candidate, PlanningContext } from './candidate';
import type { CapacityBracket } from './capacity-bracket';
import { type Design, problemOf } from './design';
import { type Capacity, fleetSize } from './fleet';

/** Whether the number of replicas makes a difference to each of them. */
export const findsHistory = (design: Design): boolean =>
  design.among(1) !== design.among(Number.POSITIVE_INFINITY);

/** What a replica of a design holds once its bracket is narrowed, and what the next higher rate breaks. */
export function settled(
  design: Design,
  bracket: CapacityBracket,
  { requirements }: PlanningContext,
): Capacity {
  const { requestsPerSecond, tooMuch } = bracket.settle();
  return {
    requestsPerSecond: requestsPerSecond * design.ranks,
    limitedBy: () => problemOf(design, requirements, tooMuch)?.limit ?? 'nothing',
  };
}

/** A little more than a capacity, so that rounding asks for no further machine. */
const SLIGHTLY_MORE = 1 + 1e-9;

/**
 * The most replicas that are asked for when each holds so much, requests per second. With more of them less is found: an
 * answer with as few exists only where each of these holds as much.
 */
export const mostReplicas = (capacity: number, candidate: Candidate, context: PlanningContext): number =>
  capacity === 0 || capacity === Number.POSITIVE_INFINITY
    ? Number.POSITIVE_INFINITY
    : replicasFor(capacity * SLIGHTLY_MORE, candidate, context);

const replicasFor = (capacity: number, candidate: Candidate, context: PlanningContext): number =>
  fleetSize(capacity, candidate, context).instances * candidate.replicasPerInstance;

/**
 * A replica's capacity with what conversations find of their history, which the number of replicas divides: as many
 * replicas as are needed when nothing is found, then with what is found among so many, and so on until no fewer are
 * needed. From above: a fleet that holds the load only because it is small would miss the SLO with one replica more, when
 * the load grows or a machine is replaced. And of two requirements the looser one needs no more replicas at any step.
 * @param heldBy the capacity of a replica at the history that a design finds
 */
export function capacityAmong(
  design: Design,
  candidate: Candidate,
  heldBy: (design: Design) => Capacity,
  context: PlanningContext,
): Capacity {
  let replicas = Number.POSITIVE_INFINITY;
  let held = heldBy(design.among(replicas));
  while (findsHistory(design)) {
    const needed = replicasFor(held.requestsPerSecond, candidate, context);
    if (needed >= replicas) break;
    replicas = needed;
    held = heldBy(design.among(replicas));
  }
  return held;
}
