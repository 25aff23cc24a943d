import type { PlanningContext } from './candidate';
import { DesignStore } from './design';

/** Plans after which to begin anew, so that the predictions kept of one service do not grow without end. */
const MOST_PLANS = 200;

/**
 * Keeps the designs of the last plan, with all that was predicted of them, for the next one. While somebody moves the load,
 * the targets, the places or the budget, the engines to choose from stay the same. Plans do not depend on it.
 */
export class DesignMemory {
  private last: {
    readonly key: string;
    readonly store: DesignStore;
    readonly context: PlanningContext;
  } | null = null;
  private plans = 0;

  /** The designs to search with. */
  storeFor(context: PlanningContext): DesignStore {
    const key = keyOf(context);
    const { last } = this;
    const same =
      last !== null &&
      last.key === key &&
      last.context.model === context.model &&
      last.context.release === context.release &&
      last.context.coefficients === context.coefficients &&
      ++this.plans < MOST_PLANS;
    if (same) return last.store;
    const store = new DesignStore(context);
    this.last = { key, store, context };
    this.plans = 0;
    return store;
  }
}

/** All requirements but those that no design depends on. */
function keyOf({ requirements, calibrations }: PlanningContext): string {
  const {
    slo: _slo,
    confidence: _confidence,
    regions: _regions,
    markets: _markets,
    monthlyBudgetUsd: _budget,
    workload,
    sizing,
    ...others
  } = requirements;
  const {
    requestsPerSecond: _rate,
    concurrentUsers: _users,
    secondsBetweenRequests: _pause,
    ...shape
  } = workload;
  const { survive: _survive, ...engine } = sizing ?? {};
  return JSON.stringify([others, shape, engine, calibrations]);
}
