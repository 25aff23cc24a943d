import { USUAL_SIZING } from '../../requirements/sizing';
import type { PlanningContext } from '../candidate';
import { machineUsdPerHour, volumeUsdPerMonth } from '../cost';
import type { Design } from '../design';
import { type Capacity, storageOf } from '../fleet';
import { leadHours, utilisationTarget } from '../margin';
import { quotaOf } from '../quotas';
import type { Search } from '../search';
import type { Prospect } from '../sizer';
import { HOURS_PER_MONTH, hourlyFactors } from '../traffic';

/** One machine as a mix sees it: what it costs and what it holds. */
export interface Machine {
  readonly prospect: Prospect;
  readonly design: Design;
  readonly capacity: Capacity;
  readonly usdPerMonth: number;
  /** Rate that one machine is planned for, requests per second. */
  readonly requestsPerSecond: number;
  /** Machines of a fleet at least, the reserve not counted. */
  readonly fewest: number;
  readonly zones: number;
  readonly quota: string | null;
  /** Paid for whether it runs or not. */
  readonly alwaysPaid: boolean;
}

type Terms = Omit<Machine, 'design' | 'capacity' | 'requestsPerSecond'>;

/**
 * Machines of a region that no other beats: none costs less, holds more, and asks no more otherwise. Only those can be
 * part of the cheapest mix.
 * @param leastRate requests per second from which on a machine of this price can be in a mix that is cheap enough
 */
export function machinesOf(
  search: Search,
  prospects: readonly Prospect[],
  leastRate: (usdPerMonth: number) => number,
): Machine[] {
  const { context } = search;
  const kept: Machine[] = [];
  const terms = prospects
    .filter((prospect) => canJoin(prospect, context))
    .map((prospect) => termsOf(prospect, context))
    .filter(({ usdPerMonth }) => leastRate(usdPerMonth) < Number.POSITIVE_INFINITY)
    .map((term) => ({ term, most: mostRate(term.prospect, search) }))
    // Of those at one price the most promising first, which rules out the others.
    .sort((a, b) => a.term.usdPerMonth - b.term.usdPerMonth || b.most - a.most);
  for (const { term, most } of terms) {
    const { prospect, usdPerMonth } = term;
    const rivals = kept.filter((other) => asksNoMore(other, term));
    const least = Math.max(leastRate(usdPerMonth), ...rivals.map((other) => other.requestsPerSecond));
    if (most <= least) continue;
    const found = search.mostCapable(prospect, replicaRate(prospect, least, context));
    if (found === null) continue;
    const requestsPerSecond = machineRate(prospect, found.capacity.requestsPerSecond, context);
    if (requestsPerSecond > least) kept.push({ ...term, ...found, requestsPerSecond });
  }
  return kept;
}

/**
 * Spot machines above an on-demand base are left out: their cost is not a sum of machines. So are machines that take
 * more than an hour to start, where the day has a pattern.
 */
const canJoin = ({ candidate }: Prospect, context: PlanningContext): boolean =>
  (candidate.offer.market !== 'spot' || context.requirements.deployment.onDemandBase === 0) &&
  (hourlyFactors(context.requirements) === null || leadHours(candidate, context) === 1);

const asksNoMore = (a: Terms, b: Terms): boolean =>
  a.usdPerMonth <= b.usdPerMonth &&
  a.fewest <= b.fewest &&
  a.zones >= b.zones &&
  a.quota === b.quota &&
  (!a.alwaysPaid || b.alwaysPaid);

/** Rate that one machine is planned for whose replicas hold so much each. */
export const machineRate = (prospect: Prospect, capacity: number, context: PlanningContext): number =>
  capacity * sharesOf(prospect, context);

/** What each replica of a machine that is planned for so much must hold, or a little less. */
export const replicaRate = (prospect: Prospect, rate: number, context: PlanningContext): number =>
  (rate / sharesOf(prospect, context)) * (1 - 1e-12);

const sharesOf = ({ candidate }: Prospect, context: PlanningContext): number =>
  candidate.replicasPerInstance * utilisationTarget(candidate, context);

/** A rate that no machine of a prospect is planned for. */
export const mostRate = (prospect: Prospect, search: Search): number =>
  machineRate(prospect, search.mostRequestsPerSecond(prospect), search.context);

/** What one machine costs running all month, root volume included. */
export function machineUsdPerMonth({ candidate }: Prospect, context: PlanningContext): number {
  const { offer } = candidate;
  const machine = machineUsdPerHour(offer, 1, context.requirements) * HOURS_PER_MONTH;
  return machine + volumeUsdPerMonth(storageOf(candidate, context).rootVolumeGiB);
}

function termsOf(prospect: Prospect, context: PlanningContext): Terms {
  const { candidate } = prospect;
  const { offer } = candidate;
  const { minReplicas, sizing } = context.requirements;
  const { survive, quotaVcpus } = sizing ?? USUAL_SIZING;
  const code = quotaOf(offer)?.code;
  return {
    prospect,
    usdPerMonth: machineUsdPerMonth(prospect, context),
    fewest: Math.ceil(minReplicas / candidate.replicasPerInstance),
    // Zones matter only where one may be lost; counted alike otherwise, so that they do not keep machines apart.
    zones: survive === 'zone' ? offer.offering.zoneIds.length : 1,
    quota: code !== undefined && quotaVcpus[code] !== undefined ? code : null,
    alwaysPaid: offer.market === 'capacity-block',
  };
}
