import type { Candidate, PlanningContext, Rejected } from './candidate';
import { candidatesOn, machineOffers } from './candidates';
import { allowed } from './filters/allowed';
import { engineBugs } from './filters/engine-bugs';
import { sift } from './filters/filter';
import { hostMemory } from './filters/host-memory';
import { market } from './filters/market';
import { precision } from './filters/precision';
import { servable } from './filters/servable';
import { split } from './filters/split';
import { zones } from './filters/zones';
import { byCost, cheapestUsdPerMonth, fleetOf, fleetProblem, type Option } from './fleet';
import { type ReplicaOutcome, sizeReplica } from './replica';

/** Order in which filters speak: a later one means the machine came closer. */
export const FILTER_ORDER = [
  'hardware',
  'instance-types',
  'market',
  'zones',
  'precision',
  'split',
  'engine-bugs',
  'host-memory',
  'memory',
  'latency-floor',
  'instances',
  'budget',
  'cost',
] as const;

/** A candidate that no filter objects to, with the least it can cost. */
export interface Prospect {
  readonly candidate: Candidate;
  readonly cheapestUsdPerMonth: number;
}

/** A search in progress: sizes prospects on demand, cheapest bound first, and remembers every reason. */
export interface Search {
  readonly context: PlanningContext;
  /** All prospects by ascending bound. */
  readonly prospects: readonly Prospect[];
  readonly rejected: Rejected[];
  /** The sized option of a prospect, or null when it is infeasible (its reason is then in `rejected`). */
  readonly size: (prospect: Prospect) => Option | null;
}

/** Sifts offers and candidates through the filters that need no sizing. */
export function openSearch(context: PlanningContext): Search {
  const offers = sift(machineOffers(context), [servable, allowed, market, zones], context, ({ type }) => ({
    instanceType: type.name,
    checkpoint: null,
  }));
  const candidates = sift(
    offers.kept.flatMap((offer) => candidatesOn(offer, context)),
    [precision, split, engineBugs, hostMemory],
    context,
    ({ offer, checkpoint }) => ({ instanceType: offer.type.name, checkpoint: checkpoint.key }),
  );
  const rejected: Rejected[] = [...offers.rejected, ...candidates.rejected];
  const prospects = candidates.kept
    .map((candidate) => ({ candidate, cheapestUsdPerMonth: cheapestUsdPerMonth(candidate, context) }))
    .sort((a, b) => a.cheapestUsdPerMonth - b.cheapestUsdPerMonth);
  return { context, prospects, rejected, size: sizer(context, rejected) };
}

function sizer(context: PlanningContext, rejected: Rejected[]): Search['size'] {
  // A replica depends on GPU, checkpoint and layout only, so types that share a GPU share the work.
  const replicas = new Map<string, ReplicaOutcome>();
  const sized = new Map<Prospect, Option | null>();
  const sizeOnce = (prospect: Prospect): Option | null => {
    const { offer, gpu, checkpoint, layout } = prospect.candidate;
    const key = `${gpu.id}/${checkpoint.key}/${layout.tensorParallel}/${layout.dataParallel}`;
    const outcome = replicas.get(key) ?? sizeReplica(gpu, checkpoint, layout, context);
    replicas.set(key, outcome);
    const option = outcome.ok ? fleetOf(prospect.candidate, outcome.replica, context) : null;
    const problem = outcome.ok ? fleetProblem(option!, context) : outcome;
    if (problem === null) return option;
    const { filter, reason, distance } = problem;
    rejected.push({ instanceType: offer.type.name, checkpoint: checkpoint.key, filter, reason, distance });
    return null;
  };
  return (prospect) => {
    const known = sized.get(prospect);
    if (known !== undefined) return known;
    const option = sizeOnce(prospect);
    sized.set(prospect, option);
    return option;
  };
}

/**
 * The cheapest option that qualifies, or null. Prospects whose bound exceeds the best found are not sized: they
 * cannot win.
 * @param exhaustive size every prospect all the same (the answer does not change; a test says so)
 */
export function cheapestOption(
  search: Search,
  qualifies: (option: Option) => boolean = () => true,
  exhaustive = false,
): Option | null {
  let best: Option | null = null;
  for (const prospect of search.prospects) {
    if (!exhaustive && best !== null && prospect.cheapestUsdPerMonth > best.cost.usdPerMonth) break;
    const option = search.size(prospect);
    if (option !== null && qualifies(option) && (best === null || byCost(option, best) < 0)) best = option;
  }
  return best;
}
