import { USUAL_SIZING } from '../../requirements/sizing';
import type { PlanningContext } from '../candidate';
import { HOURS_PER_MONTH, machineUsdPerHour, volumeUsdPerMonth } from '../cost';
import type { Design } from '../design';
import { type Capacity, storageOf } from '../fleet';
import { leadHours, utilisationTarget } from '../margin';
import { quotaOf } from '../quotas';
import type { Search } from '../search';
import type { Prospect } from '../sizer';
import { hourlyFactors } from '../traffic';

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
 * @param worthwhile whether a mix with a machine of this price and rate can be cheap enough
 */
export function machinesOf(
  search: Search,
  prospects: readonly Prospect[],
  worthwhile: (usdPerMonth: number, requestsPerSecond: number) => boolean,
): Machine[] {
  const { context } = search;
  const kept: Machine[] = [];
  const terms = prospects
    .filter((prospect) => canJoin(prospect, context))
    .map((prospect) => termsOf(prospect, context))
    .sort((a, b) => a.usdPerMonth - b.usdPerMonth);
  for (const term of terms) {
    const rate = (capacity: number): number => machineRate(term.prospect, capacity, context);
    const most = rate(search.mostRequestsPerSecond(term.prospect));
    if (most === 0 || !worthwhile(term.usdPerMonth, most)) continue;
    if (kept.some((other) => beats(other, term, most))) continue;
    const found = search.mostCapable(term.prospect);
    if (found === null) continue;
    const requestsPerSecond = rate(found.capacity.requestsPerSecond);
    if (!worthwhile(term.usdPerMonth, requestsPerSecond)) continue;
    if (kept.some((other) => beats(other, term, requestsPerSecond))) continue;
    kept.push({ ...term, ...found, requestsPerSecond });
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

function beats(a: Machine, b: Terms, requestsPerSecond: number): boolean {
  return (
    a.usdPerMonth <= b.usdPerMonth &&
    a.requestsPerSecond >= requestsPerSecond &&
    a.fewest <= b.fewest &&
    a.zones >= b.zones &&
    a.quota === b.quota &&
    (!a.alwaysPaid || b.alwaysPaid)
  );
}

export const machineRate = ({ candidate }: Prospect, replicaRate: number, context: PlanningContext): number =>
  replicaRate * candidate.replicasPerInstance * utilisationTarget(candidate, context);

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
