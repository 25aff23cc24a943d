import { USUAL_SIZING } from '../requirements/sizing';
import type { Candidate, PlanningContext } from './candidate';
import { coldStartSeconds, fetchedBytes } from './storage';

/** Share of the capacity where the SLO breaks that a plan uses: beyond it small errors become long queues. */
export const USUAL_UTILISATION = 0.7;

const starts = new WeakMap<Candidate, number>();

/** Time from launch to serving of one machine of a candidate, seconds; weights come from where the user keeps them. */
export function coldStartOf(candidate: Candidate, context: PlanningContext): number {
  let seconds = starts.get(candidate);
  if (seconds === undefined) {
    const bytes = fetchedBytes(context, candidate.checkpoint);
    seconds = coldStartSeconds(candidate.offer.type, bytes, context.requirements.deployment.weights);
    starts.set(candidate, seconds);
  }
  return seconds;
}

/**
 * Share of the capacity that is used at the planned load: the usual one, or less where the load grows so fast that it
 * would outrun a machine that is started when the share is reached. A load that grows by g an hour is 1 + g t / 3600
 * times as large when a machine that takes t seconds is there, and must still be within the capacity then.
 */
export function utilisationTarget(candidate: Candidate, context: PlanningContext): number {
  const { growthPerHour } = context.requirements.sizing ?? USUAL_SIZING;
  if (growthPerHour === 0) return USUAL_UTILISATION;
  return Math.min(USUAL_UTILISATION, 1 / (1 + (growthPerHour * coldStartOf(candidate, context)) / 3600));
}

/** Hours ahead in which scheduled machines are started: one, or more where starting takes longer. */
export const leadHours = (candidate: Candidate, context: PlanningContext): number =>
  Math.max(1, Math.ceil(coldStartOf(candidate, context) / 3600));
