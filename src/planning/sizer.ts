import type { Candidate, PlanningContext, Rejected } from './candidate';
import { capacityAmong, findsHistory, mostReplicas, settled } from './capacity-among';
import { capacityBound } from './capacity-bound';
import { CapacityBracket } from './capacity-bracket';
import { type Design, holds } from './design';
import type { DesignSet, DesignStore } from './design-store';
import { firstMiss, type Miss } from './filters/filter';
import { FLEET_FILTERS } from './filters/fleet-filters';
import { latencyFloor } from './filters/latency-floor';
import { stage } from './filters/order';
import { type Capacity, capacityWithin, fleetOf, type Option, SIMULATED, usdPerMonthAt } from './fleet';

/** A candidate that no filter objects to, with what its fewest machines cost. */
export interface Prospect {
  readonly candidate: Candidate;
  readonly fewestUsdPerMonth: number;
}

/** What an option must be; the strictest question decides how little of a prospect is computed. */
export interface Ask {
  /** Options that cost more are of no interest. */
  readonly limitUsd?: number;
  readonly design?: (design: Design) => boolean;
  readonly option?: (option: Option) => boolean;
}

/** Too little to matter, and enough that equal costs are not told apart by rounding. */
const CENT = 0.01;
const LITTLE = 1e-9;

/** Sizes prospects: computes of each only what was asked, and remembers capacities, limits and reasons. */
export class Sizer {
  private readonly floors = new Map<Design, Miss | null>();
  private readonly brackets: Map<Design, CapacityBracket>;
  private readonly limits = new Map<string, { readonly requestsPerSecond: number; readonly miss: Miss }>();
  private readonly explained = new Set<Prospect>();
  private readonly bounds: Map<Design, number>;
  private readonly mostOf: Map<DesignSet, number>;

  constructor(
    private readonly context: PlanningContext,
    private readonly designs: DesignStore,
    private readonly rejected: Rejected[],
  ) {
    ({
      brackets: this.brackets,
      bounds: this.bounds,
      mostOf: this.mostOf,
    } = designs.capacitiesFor(context.requirements));
  }

  limit(design: Design, requestsPerSecond: number, { filter, reason }: Miss): void {
    this.limits.set(design.key, { requestsPerSecond, miss: { filter, reason, distance: 1 } });
  }

  /** Less than any fleet of the candidate can cost; infinite where no design serves at all. */
  cheapestUsdPerMonth(candidate: Candidate): number {
    const most = this.mostRequestsPerSecond(candidate);
    return most === 0 ? Number.POSITIVE_INFINITY : usdPerMonthAt(most, candidate, this.context);
  }

  /** A rate that no replica of the candidate reaches; 0 where no design serves at all. */
  mostRequestsPerSecond(candidate: Candidate): number {
    const set = this.designs.of(candidate.gpu, candidate.checkpoint, candidate.layout);
    const known = this.mostOf.get(set);
    let most = known ?? 0;
    for (let i = 0; known === undefined && i < set.size; i++) {
      const outcome = set.get(i);
      if (outcome.ok) most = Math.max(most, this.boundOf(outcome.design));
    }
    this.mostOf.set(set, most);
    return most;
  }

  /**
   * The design whose replica holds most, without any history, and how much; null when none serves.
   * @param atLeast replicas that hold less (requests per second) are of no interest: null then too
   */
  mostCapable(
    { candidate }: Prospect,
    atLeast = 0,
  ): { readonly design: Design; readonly capacity: Capacity } | null {
    const set = this.designs.of(candidate.gpu, candidate.checkpoint, candidate.layout);
    let best: { readonly design: Design; readonly capacity: Capacity } | null = null;
    for (let i = 0; i < set.size; i++) {
      const outcome = set.get(i);
      if (!outcome.ok) continue;
      const known: number = best?.capacity.requestsPerSecond ?? 0;
      // Simpler designs come first: a later one must hold more.
      const needed = Math.max(known * (1 + LITTLE), atLeast);
      if (!this.bracketOf(outcome.design).atLeast(needed / outcome.design.ranks)) continue;
      const capacity = this.capacityOf(outcome.design, null, needed, []);
      if (capacity === null || capacity === 'too-little' || capacity.requestsPerSecond <= known) continue;
      best = { design: outcome.design, capacity };
    }
    return best;
  }

  private boundOf(design: Design): number {
    let bound = this.bounds.get(design);
    if (bound === undefined) {
      bound = capacityBound(design, this.context.requirements);
      this.bounds.set(design, bound);
    }
    return bound;
  }

  size(
    prospect: Prospect,
    { limitUsd = Number.POSITIVE_INFINITY, design: wanted, option: qualifies }: Ask,
  ): Option | null {
    const { gpu, checkpoint, layout } = prospect.candidate;
    const set = this.designs.of(gpu, checkpoint, layout);
    let best: Option | null = null;
    let limit = limitUsd;
    let needed = capacityWithin(limit, prospect.candidate, this.context);
    const misses: Miss[] = [];
    // Not what was asked, but an option all the same: then there is nothing to explain.
    let possible = needed === Number.POSITIVE_INFINITY;
    for (let i = 0; i < set.size && needed < Number.POSITIVE_INFINITY; i++) {
      const outcome = set.get(i);
      if (!outcome.ok) misses.push(outcome);
      if (!outcome.ok) continue;
      if (wanted?.(outcome.design) === false) {
        possible = true;
        continue;
      }
      const capacity = this.capacityOf(outcome.design, prospect.candidate, needed, misses);
      if (capacity === null || capacity === 'too-little') {
        possible ||= capacity === 'too-little';
        continue;
      }
      const option = fleetOf(prospect.candidate, outcome.design, capacity, this.context);
      const problem = firstMiss(option, FLEET_FILTERS, this.context);
      if (problem !== null) misses.push(problem);
      if (problem !== null) continue;
      possible = true;
      if (option.cost.usdPerMonth > limit || qualifies?.(option) === false) continue;
      best = option;
      // Simpler designs come first, so that a later one must be cheaper.
      limit = option.cost.usdPerMonth - CENT;
      needed = capacityWithin(limit, prospect.candidate, this.context);
    }
    if (best === null && !possible) this.explain(prospect, misses);
    return best;
  }

  serves(prospect: Prospect): boolean {
    const { gpu, checkpoint, layout } = prospect.candidate;
    const set = this.designs.of(gpu, checkpoint, layout);
    const misses: Miss[] = [];
    for (let i = 0; i < set.size; i++) {
      const outcome = set.get(i);
      if (!outcome.ok) misses.push(outcome);
      else if (this.capacityOf(outcome.design, null, Number.POSITIVE_INFINITY, misses) !== null) return true;
    }
    this.explain(prospect, misses);
    return false;
  }

  /**
   * The capacity of a replica where it reaches what is needed; null when it has none.
   * @param candidate of the whole load; without one, conversations find nothing of their history
   */
  private capacityOf(
    design: Design,
    candidate: Candidate | null,
    needed: number,
    misses: Miss[],
  ): Capacity | 'too-little' | null {
    const limit = this.limits.get(design.key);
    if (limit !== undefined && limit.requestsPerSecond === 0) {
      misses.push(limit.miss);
      return null;
    }
    const reachable = this.boundOf(design);
    if (needed < Number.POSITIVE_INFINITY && reachable > 0 && reachable < needed) return 'too-little';
    const slow = this.floorOf(design);
    if (slow !== null) {
      misses.push(slow);
      return null;
    }
    const replicas =
      candidate === null || !findsHistory(design)
        ? Number.POSITIVE_INFINITY
        : mostReplicas(needed, candidate, this.context);
    const enough = this.bracketOf(design.among(replicas)).atLeast(needed / design.ranks);
    if (needed > (limit?.requestsPerSecond ?? needed) || !enough) return 'too-little';
    const heldBy = (of: Design): Capacity => {
      const held = settled(of, this.bracketOf(of), this.context);
      return limit !== undefined && limit.requestsPerSecond < held.requestsPerSecond
        ? { requestsPerSecond: limit.requestsPerSecond, limitedBy: () => SIMULATED }
        : held;
    };
    return candidate === null ? heldBy(design) : capacityAmong(design, candidate, heldBy, this.context);
  }

  /** Why no number of machines helps; null where it does. */
  private floorOf(design: Design): Miss | null {
    let miss = this.floors.get(design);
    if (miss === undefined) {
      miss = firstMiss(design, [latencyFloor], this.context);
      this.floors.set(design, miss);
    }
    return miss;
  }

  private bracketOf(design: Design): CapacityBracket {
    let bracket = this.brackets.get(design);
    if (bracket === undefined) {
      const { requirements } = this.context;
      // Where not even one sequence is quick enough, the bound says nothing of why.
      const bound = this.boundOf(design) / design.ranks || Number.POSITIVE_INFINITY;
      bracket = new CapacityBracket((rate) => holds(design, requirements, rate), bound);
      this.brackets.set(design, bracket);
    }
    return bracket;
  }

  /** Keeps the nearest miss of a prospect of which no design serves. */
  private explain(prospect: Prospect, misses: readonly Miss[]): void {
    const nearest = [...misses].sort(
      (a, b) => stage(b.filter) - stage(a.filter) || a.distance - b.distance,
    )[0];
    if (nearest === undefined || this.explained.has(prospect)) return;
    this.explained.add(prospect);
    const { offer, checkpoint } = prospect.candidate;
    const { filter, reason, distance } = nearest;
    this.rejected.push({
      instanceType: offer.type.name,
      checkpoint: checkpoint.key,
      filter,
      reason,
      distance,
    });
  }
}
