import { EventHeap } from '../simulation/event-heap';
import type { Candidate, Pairing, PlanningContext, Rejected } from './candidate';
import { candidatesOn, machineOffers, pairingsOn } from './candidates';
import type { Design } from './design';
import { DesignStore } from './design-store';
import { adapters } from './filters/adapters';
import { disk } from './filters/disk';
import { engineBugs } from './filters/engine-bugs';
import { type Miss, sift } from './filters/filter';
import { hardware } from './filters/hardware';
import { hostMemory } from './filters/host-memory';
import { instanceTypes } from './filters/instance-types';
import { market } from './filters/market';
import { network } from './filters/network';
import { precision } from './filters/precision';
import { qualityFloor } from './filters/quality-floor';
import { split } from './filters/split';
import { zones } from './filters/zones';
import { byCost, type Option, usdPerMonthAt } from './fleet';
import { type Ask, type Prospect, Sizer } from './sizer';

/** A search in progress: narrows prospects only as far as asked, and remembers every reason. */
export interface Search {
  readonly context: PlanningContext;
  readonly stores: Stores;
  readonly prospects: readonly Prospect[];
  /** Less than any fleet of a prospect can cost, from decoding alone; infinite where no design serves at all. */
  readonly cheapestUsdPerMonth: (prospect: Prospect) => number;
  readonly rejected: Rejected[];
  /** The cheapest option of a prospect, or null when there is none within what was asked. */
  readonly size: (prospect: Prospect, ask: Ask) => Option | null;
  /** Whether any design of a prospect serves at all, whatever it costs; the reason is remembered when none does. */
  readonly serves: (prospect: Prospect) => boolean;
  /** A rate (requests per second of one replica) that no design of a prospect reaches; 0 where none serves. */
  readonly mostRequestsPerSecond: (prospect: Prospect) => number;
  /** The design whose replica holds most, and how much; null when none serves, or none so much as is asked. */
  readonly mostCapable: Sizer['mostCapable'];
  /** What a simulation found: a replica of this design holds no more than this, requests per second. */
  readonly limitDesign: (design: Design, requestsPerSecond: number, miss: Miss) => void;
  /** The same prospects under requirements that differ only in SLO, confidence or load. */
  readonly vary: (requirements: PlanningContext['requirements']) => Search;
  /** The same prospects for another workload or context length, which has engines of its own. */
  readonly reshape: (requirements: PlanningContext['requirements']) => Search;
}

/** Where the designs of a search come from. */
export type Stores = (context: PlanningContext) => DesignStore;
const newStore: Stores = (context) => new DesignStore(context);

/** Sifts offers and candidates through the filters that need no sizing. */
export function openSearch(context: PlanningContext, stores = newStore): Search {
  const offers = sift(
    machineOffers(context),
    [hardware, instanceTypes, market, zones],
    context,
    ({ type }) => ({
      instanceType: type.name,
      checkpoint: null,
    }),
  );
  const pairings = sift(
    offers.kept.flatMap((offer) => pairingsOn(offer, context)),
    [qualityFloor],
    context,
    described,
  );
  const candidates = sift(
    pairings.kept.flatMap((pairing) => candidatesOn(pairing, context)),
    [precision, split, adapters, engineBugs, hostMemory, disk, network],
    context,
    described,
  );
  const rejected = [...offers.rejected, ...pairings.rejected, ...candidates.rejected];
  return searchOf(context, candidates.kept, rejected, stores(context), stores);
}

const described = ({ offer, checkpoint }: Pairing) => ({
  instanceType: offer.type.name,
  checkpoint: checkpoint.key,
});

function searchOf(
  context: PlanningContext,
  candidates: readonly Candidate[],
  rejected: Rejected[],
  designs: DesignStore,
  stores: Stores,
): Search {
  const sizer = new Sizer(context, designs, rejected);
  const prospects = candidates.map((candidate) => ({
    candidate,
    fewestUsdPerMonth: usdPerMonthAt(Number.POSITIVE_INFINITY, candidate, context),
  }));
  return {
    context,
    stores,
    prospects,
    cheapestUsdPerMonth: (prospect) => sizer.cheapestUsdPerMonth(prospect.candidate),
    rejected,
    size: (prospect, ask) => {
      context.progress();
      return sizer.size(prospect, ask);
    },
    serves: (prospect) => sizer.serves(prospect),
    limitDesign: (design, rate, miss) => sizer.limit(design, rate, miss),
    mostRequestsPerSecond: (prospect) => sizer.mostRequestsPerSecond(prospect.candidate),
    mostCapable: (prospect, atLeast) => sizer.mostCapable(prospect, atLeast),
    vary: (requirements) => searchOf({ ...context, requirements }, candidates, [], designs, stores),
    reshape: (requirements) => {
      const reshaped = { ...context, requirements };
      return searchOf(reshaped, candidates, [], stores(reshaped), stores);
    },
  };
}

/**
 * The cheapest option that is as asked, or null. Prospects whose bound exceeds the best found are not sized: they
 * cannot win.
 * @param exhaustive size every prospect in full all the same (the answer does not change; a test says so)
 */
export function cheapestOption(search: Search, ask: Ask = {}, exhaustive = false): Option | null {
  let best: Option | null = null;
  const limit = (): number => best?.cost.usdPerMonth ?? ask.limitUsd ?? Number.POSITIVE_INFINITY;
  for (const prospect of exhaustive ? search.prospects : cheapestFirst(search, limit)) {
    const option = search.size(prospect, exhaustive ? ask : { ...ask, limitUsd: limit() });
    if (option !== null && (best === null || byCost(option, best) < 0)) best = option;
  }
  return best;
}

/** Prospects by ascending bound, up to a limit that falls meanwhile; the sharper bound is computed when it is due. */
export function* cheapestFirst(search: Search, limitUsd: () => number): Generator<Prospect> {
  const { prospects } = search;
  const queue = new EventHeap();
  prospects.forEach((prospect, i) => {
    queue.push(prospect.fewestUsdPerMonth, i);
  });
  for (let due = prospects.length; due > 0; ) {
    if (queue.firstKey > limitUsd()) return;
    const i = queue.pop();
    if (i >= prospects.length) {
      due--;
      yield prospects[i - prospects.length]!;
    } else queue.push(search.cheapestUsdPerMonth(prospects[i]!), i + prospects.length);
  }
}
