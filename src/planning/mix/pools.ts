import { USUAL_SIZING } from '../../requirements/sizing';
import type { PlanningContext } from '../candidate';
import { besidesUsdPerMonth } from '../cost';
import type { Search } from '../search';
import { type SizeRange, sizeRanges } from './size-ranges';

type Requirements = PlanningContext['requirements'];

const CONTEXT_GRAIN_TOKENS = 4096;

/** The requirements of the part of a workload whose prompts lie in a range. */
export function requirementsOf(range: SizeRange, r: Requirements): Requirements {
  const { workload } = r;
  const sharedTokens = workload.sharedPrefixShare * workload.inputTokens.mean;
  return {
    ...r,
    contextTokens: contextOf(range, r),
    workload: {
      ...workload,
      requestsPerSecond: workload.requestsPerSecond * range.share,
      concurrentUsers: null,
      // A turn may go to another fleet than the one before.
      ...(workload.historyShare === undefined ? {} : { historyShare: 0 }),
      inputTokens: range.inputTokens,
      // The same tokens are shared, whatever follows them.
      sharedPrefixShare: Math.min(1, sharedTokens / range.inputTokens.mean),
    },
    // The bill of the whole mix is held against the budget.
    monthlyBudgetUsd: null,
    sizing: { ...(r.sizing ?? USUAL_SIZING), mixedFleets: false },
  };
}

/** Room for the range's longest prompt and twice a long answer; requests that need more belong to the next range. */
function contextOf({ toTokens }: SizeRange, { contextTokens, workload }: Requirements): number {
  if (toTokens === null) return contextTokens;
  const needed = toTokens + 2 * workload.outputTokens.p95;
  return Math.min(contextTokens, Math.ceil(needed / CONTEXT_GRAIN_TOKENS) * CONTEXT_GRAIN_TOKENS);
}

/** A part of the workload, searched on its own. */
export interface Part {
  readonly range: SizeRange;
  readonly search: Search;
  /** What the bytes of this part cost, whatever serves it, USD a month. */
  readonly trafficUsdPerMonth: number;
}

const HARDLY_ANY_REQUESTS = 1e-9;

/** What a front door and the network cost before the first byte, USD a month: each fleet has its own. */
export const fixedUsdPerMonth = (r: Requirements): number =>
  besidesUsdPerMonth({
    ...r,
    workload: { ...r.workload, requestsPerSecond: HARDLY_ANY_REQUESTS },
  });

/** Every contiguous range of prompt lengths as a workload of its own, the whole first. */
export function partsOf(search: Search): Part[] {
  const whole = search.context.requirements;
  const fixed = fixedUsdPerMonth(whole);
  return sizeRanges(whole.workload.inputTokens).map((range) => {
    const isWhole = range.share === 1;
    const requirements = isWhole ? whole : requirementsOf(range, whole);
    return {
      range,
      search: isWhole ? search : search.reshape(requirements),
      trafficUsdPerMonth: Math.max(0, besidesUsdPerMonth(requirements) - fixed),
    };
  });
}
