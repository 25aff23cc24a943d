import type { Search } from '../search';
import { dayLevels, meanFactor } from './levels';
import { machineRate, machineUsdPerMonth, mostRate, replicaRate } from './machines';
import { fixedUsdPerMonth, type Part } from './pools';

/** What any mix of two or more fleets costs at least, as if machines could be divided; USD a month. */
export interface MixBound {
  /** Of all mixes. Infinite where some prompts cannot be served. */
  readonly usdPerMonth: number;
  /**
   * The rate from which a machine of this price may serve a part (by its place) in a mix that costs less than a limit,
   * requests per second; infinite where none may.
   */
  readonly leastRate: (part: number, usdPerMonth: number, limitUsd: number) => number;
}

interface PartBound {
  /** Of the machine that is cheapest for its rate. */
  readonly usdPerRate: number;
  readonly requestsPerSecond: number;
  readonly usdPerMonth: number;
}

/** The bound of a region. */
export function mixBound(parts: readonly Part[], region: string): MixBound {
  const { context } = parts[0]!.search;
  const { levels } = dayLevels(context);
  const loadFactor = meanFactor(levels);
  const bounds = parts.map((part) => partBound(part, region, loadFactor));
  const sizes = Math.max(...parts.map(({ range }) => range.last)) + 1;
  const at = (size: number, direction: 'first' | 'last') =>
    parts.flatMap(({ range }, p) =>
      range[direction] === size ? [{ range, usd: bounds[p]!.usdPerMonth }] : [],
    );
  // Of all sizes before, and from, the i-th on, divided anyhow.
  const before = new Array<number>(sizes + 1).fill(Number.POSITIVE_INFINITY).fill(0, 0, 1);
  for (let size = 0; size < sizes; size++) {
    before[size + 1] = Math.min(...at(size, 'last').map(({ range, usd }) => before[range.first]! + usd));
  }
  const from = new Array<number>(sizes + 1).fill(Number.POSITIVE_INFINITY).fill(0, sizes);
  for (let size = sizes - 1; size >= 0; size--) {
    from[size] = Math.min(...at(size, 'first').map(({ range, usd }) => usd + from[range.last + 1]!));
  }
  const fixed = 2 * fixedUsdPerMonth(context.requirements);
  return {
    usdPerMonth: fixed + from[0]!,
    leastRate: (part, usdPerMonth, limitUsd) => {
      const { range, trafficUsdPerMonth } = parts[part]!;
      const { usdPerRate, requestsPerSecond } = bounds[part]!;
      const others = fixed + before[range.first]! + from[range.last + 1]! + trafficUsdPerMonth;
      // What is left for the machines beside it.
      const left = limitUsd - others - usdPerMonth;
      return left > 0 ? Math.max(0, requestsPerSecond - left / usdPerRate) : Number.POSITIVE_INFINITY;
    },
  };
}

function partBound({ search, trafficUsdPerMonth }: Part, region: string, loadFactor: number): PartBound {
  const usdPerRate = cheapestUsdPerRate(search, region);
  const requestsPerSecond = search.context.requirements.workload.requestsPerSecond * loadFactor;
  return { usdPerRate, requestsPerSecond, usdPerMonth: usdPerRate * requestsPerSecond + trafficUsdPerMonth };
}

/** The least that a month of one request per second costs on full machines; what cannot be it is not computed. */
function cheapestUsdPerRate(search: Search, region: string): number {
  const optimistic = search.prospects
    .filter(({ candidate }) => candidate.offer.offering.region === region)
    .map((prospect) => ({ prospect, usd: machineUsdPerMonth(prospect, search.context) }))
    .map(({ prospect, usd }) => ({ prospect, usd, usdPerRate: usd / mostRate(prospect, search) }))
    .sort((a, b) => a.usdPerRate - b.usdPerRate);
  let best = Number.POSITIVE_INFINITY;
  for (const { prospect, usd, usdPerRate } of optimistic) {
    if (usdPerRate >= best) break;
    const found = search.mostCapable(prospect, replicaRate(prospect, usd / best, search.context));
    if (found !== null)
      best = Math.min(best, usd / machineRate(prospect, found.capacity.requestsPerSecond, search.context));
  }
  return best;
}
