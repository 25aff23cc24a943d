import type { Candidate, Rejected } from './candidate';
import type { Miss } from './filters/filter';
import { stage } from './filters/order';

/** Why candidates of which no design serves were rejected: of each the nearest miss, once. */
export class Rejections {
  private readonly explained = new Set<Candidate>();

  constructor(private readonly rejected: Rejected[]) {}

  /** @param misses of the candidate's designs, by place, with holes */
  explain(candidate: Candidate, misses: readonly Miss[]): void {
    // Filtering leaves the holes out.
    const nearest = misses
      .filter(Boolean)
      .sort((a, b) => stage(b.filter) - stage(a.filter) || a.distance - b.distance)[0];
    if (nearest === undefined || this.explained.has(candidate)) return;
    this.explained.add(candidate);
    const { filter, reason, distance } = nearest;
    this.rejected.push({
      instanceType: candidate.offer.type.name,
      checkpoint: candidate.checkpoint.key,
      filter,
      reason,
      distance,
    });
  }
}
