import { roomOf } from '../requirements/adapters';
import { USUAL_SIZING } from '../requirements/sizing';
import type { PlanningContext } from './candidate';
import { DesignStore } from './design-store';
import { historyOf } from './history';
import { Kept } from './kept';

/** A workload and its parts by prompt length, and those before a change that is taken back. */
const MOST_STORES = 8;
/** Searches after which a store is begun anew, so that the predictions kept of one service do not grow without end. */
const MOST_SEARCHES = 300;

/**
 * Keeps the designs of the last plans, with all that was predicted of them, for the next one. While somebody moves the
 * load, the targets, the places or the budget, the engines to choose from stay the same. Plans do not depend on it.
 */
export class DesignMemory {
  private readonly stores = new Kept<{
    readonly store: DesignStore;
    readonly context: PlanningContext;
    searches: number;
  }>(MOST_STORES);

  /** The designs to search with. */
  storeFor(context: PlanningContext): DesignStore {
    const begun = () => ({ store: new DesignStore(context), context, searches: 0 });
    const kept = this.stores.get(keyOf(context), begun);
    const { model, release, coefficients } = kept.context;
    const same =
      model === context.model && release === context.release && coefficients === context.coefficients;
    if (!same || ++kept.searches > MOST_SEARCHES) Object.assign(kept, begun());
    return kept.store;
  }
}

/** All that a design depends on: what one request is, what the engine may do, what was measured. */
function keyOf({ requirements, calibrations }: PlanningContext): string {
  const { model, vllmVersion, contextTokens, multimodal, workload, sizing } = requirements;
  const { inputTokens, outputTokens, sharedPrefixShare } = workload;
  const history = historyOf(workload);
  const { fp8KvCache, mtp } = sizing ?? USUAL_SIZING;
  const request = [inputTokens, outputTokens, sharedPrefixShare, history];
  return JSON.stringify([
    model,
    vllmVersion,
    contextTokens,
    multimodal,
    request,
    fp8KvCache,
    mtp,
    roomOf(requirements),
    calibrations,
  ]);
}
