import type { Candidate, PlanningContext, Rejected } from './candidate';
import { capacityAmong, findsHistory, mostReplicas, settled } from './capacity-among';
import { capacityBound } from './capacity-bound';
import { CapacityBracket } from './capacity-bracket';
import { type Design, holds } from './design';
import type { DesignSet, DesignStore } from './design-store';
import { firstMiss, type Miss } from './filters/filter';
import { FLEET_FILTERS } from './filters/fleet-filters';
import { latencyFloor } from './filters/latency-floor';
import { type Capacity, capacityWithin, fleetOf, type Option, SIMULATED, usdPerMonthAt } from './fleet';
import { Rejections } from './rejections';

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
  private readonly rejections: Rejections;
  private readonly bounds: Map<Design, number>;
  private readonly mostOf: Map<DesignSet, number>;
  /** Whether the engine whose floor was last asked for does not serve at all. */
  private lastWasSlow = false;

  constructor(
    private readonly context: PlanningContext,
    private readonly designs: DesignStore,
    rejected: Rejected[],
  ) {
    this.rejections = new Rejections(rejected);
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
    const set = this.designs.of(candidate);
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
    const set = this.designs.of(candidate);
    let best: { readonly design: Design; readonly capacity: Capacity } | null = null;
    for (let i = 0; i < set.size; i++) {
      const outcome = set.get(i);
      if (!outcome.ok) continue;
      const known: number = best?.capacity.requestsPerSecond ?? 0;
      // Simpler designs come first: a later one must hold more.
      const needed = Math.max(known * (1 + LITTLE), atLeast);
      if (!this.bracketOf(outcome.design).atLeast(needed / outcome.design.ranks)) continue;
      const capacity = this.capacityOf(outcome.design, null, needed);
      if (capacity === null || typeof capacity === 'string' || capacity.requestsPerSecond <= known) continue;
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
    const set = this.designs.of(prospect.candidate);
    let best: Option | null = null;
    let limit = limitUsd;
    let needed = capacityWithin(limit, prospect.candidate, this.context);
    // By place of the design, with holes; and those of which it is not known whether they serve at all.
    const misses: Miss[] = [];
    const unclear: number[] = [];
    // Not what was asked, but an option all the same: then there is nothing to explain.
    let possible = needed === Number.POSITIVE_INFINITY;
    for (let i = 0; i < set.size && needed < Number.POSITIVE_INFINITY; i++) {
      const outcome = set.get(i);
      if (!outcome.ok) {
        misses[i] = outcome;
        continue;
      }
      if (wanted?.(outcome.design) === false) {
        possible = true;
        continue;
      }
      const capacity = this.capacityOf(outcome.design, prospect.candidate, needed, (miss) => {
        misses[i] = miss;
      });
      if (capacity === 'too-little') possible = true;
      if (capacity === 'unclear') unclear.push(i);
      if (capacity === null || typeof capacity === 'string') continue;
      const option = fleetOf(prospect.candidate, outcome.design, capacity, this.context);
      const problem = firstMiss(option, FLEET_FILTERS, this.context);
      if (problem !== null) {
        misses[i] = problem;
        continue;
      }
      possible = true;
      if (option.cost.usdPerMonth > limit || qualifies?.(option) === false) continue;
      best = option;
      // Simpler designs come first, so that a later one must be cheaper.
      limit = option.cost.usdPerMonth - CENT;
      needed = capacityWithin(limit, prospect.candidate, this.context);
    }
    if (best !== null || possible) return best;
    for (const i of unclear) {
      const outcome = set.get(i);
      const slow = outcome.ok ? this.floorOf(outcome.design) : outcome;
      if (slow === null) return null;
      misses[i] = slow;
    }
    this.rejections.explain(prospect.candidate, misses);
    return null;
  }

  serves(prospect: Prospect): boolean {
    const set = this.designs.of(prospect.candidate);
    const misses: Miss[] = [];
    for (let i = 0; i < set.size; i++) {
      const outcome = set.get(i);
      const miss = outcome.ok
        ? (this.simulatedMissOf(outcome.design) ?? this.floorOf(outcome.design))
        : outcome;
      if (miss === null) return true;
      misses.push(miss);
    }
    this.rejections.explain(prospect.candidate, misses);
    return false;
  }

  /** Why a design is out of the question, where simulations left it nothing. */
  private simulatedMissOf(design: Design): Miss | null {
    const limit = this.limits.get(design.key);
    return limit?.requestsPerSecond === 0 ? limit.miss : null;
  }

  /**
   * The capacity of a replica where it reaches what is needed; null when it has none. Whether a design that does not reach
   * it would serve any rate at all is another question, and often nobody's: it may remain unclear.
   * @param candidate of the whole load; without one, conversations find nothing of their history
   * @param missed told why it has none
   */
  private capacityOf(
    design: Design,
    candidate: Candidate | null,
    needed: number,
    missed: (miss: Miss) => void = () => undefined,
  ): Capacity | 'too-little' | 'unclear' | null {
    const limit = this.limits.get(design.key);
    if (limit?.requestsPerSecond === 0) {
      missed(limit.miss);
      return null;
    }
    const reachable = this.boundOf(design);
    if (reachable > 0 && reachable < needed) return 'too-little';
    const slowForOne = (): boolean => {
      const slow = this.floorOf(design);
      if (slow !== null) missed(slow);
      return slow !== null;
    };
    // Decoding alone is too slow, or the last engine was, as the next then mostly is: no rate need be looked at.
    if ((reachable === 0 || this.lastWasSlow) && slowForOne()) return null;
    const replicas =
      candidate === null || !findsHistory(design)
        ? Number.POSITIVE_INFINITY
        : mostReplicas(needed, candidate, this.context);
    const enough = this.bracketOf(design.among(replicas)).atLeast(needed / design.ranks);
    if (needed > (limit?.requestsPerSecond ?? needed) || !enough) return 'unclear';
    if (slowForOne()) return null;
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
    this.lastWasSlow = miss !== null;
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
}
