import { zonesOf } from '../hardware/offerings';
import type { CheckpointKey } from '../models/checkpoints';
import { CHECKPOINT_KEYS } from '../models/checkpoints';
import type { Candidate, PlanningContext, Rejected } from './candidate';
import { candidatesOn, machineOffers } from './candidates';
import { type Cost, fleetCost } from './cost';
import { allowed } from './filters/allowed';
import { sift } from './filters/filter';
import { hostMemory } from './filters/host-memory';
import { market } from './filters/market';
import { precision } from './filters/precision';
import { servable } from './filters/servable';
import { split } from './filters/split';
import { zones } from './filters/zones';
import { type Replica, type ReplicaOutcome, sizeReplica } from './replica';
import { coldStartSeconds, downloadBytes, type Storage, storageFor } from './storage';

/** A feasible way to serve: a candidate, sized and priced. */
export interface Option {
  readonly candidate: Candidate;
  readonly replica: Replica;
  readonly instances: number;
  readonly replicas: number;
  readonly storage: Storage;
  readonly coldStartSeconds: number;
  readonly cost: Cost;
}

export interface Search {
  /** Feasible options, cheapest first. */
  readonly options: readonly Option[];
  readonly rejected: readonly Rejected[];
}

/** Order in which filters speak: a later one means the machine came closer. */
export const FILTER_ORDER = [
  'hardware',
  'instance-types',
  'market',
  'zones',
  'precision',
  'split',
  'host-memory',
  'memory',
  'latency-floor',
  'instances',
  'budget',
  'cost',
] as const;

/** Share of the capacity where the SLO breaks that a plan uses: beyond it small errors become long queues. */
export const TARGET_UTILISATION = 0.7;
const MOST_INSTANCES = 1000;

/** Every feasible option for the requirements, and every machine that is not, with its reason. */
export function searchOptions(context: PlanningContext): Search {
  const offers = sift(machineOffers(context), [servable, allowed, market, zones], context, ({ type }) => ({
    instanceType: type.name,
    checkpoint: null,
  }));
  const candidates = sift(
    offers.kept.flatMap((offer) => candidatesOn(offer, context)),
    [precision, split, hostMemory],
    context,
    ({ offer, checkpoint }) => ({ instanceType: offer.type.name, checkpoint: checkpoint.key }),
  );
  const options: Option[] = [];
  const rejected: Rejected[] = [...offers.rejected, ...candidates.rejected];
  const replicas = new Map<string, ReplicaOutcome>();
  for (const candidate of candidates.kept) {
    const outcome = sizedOnce(candidate, context, replicas);
    const reject = ({ filter, reason, distance }: Pick<Rejected, 'filter' | 'reason' | 'distance'>) =>
      rejected.push({ instanceType: candidate.offer.type.name, checkpoint: candidate.checkpoint.key, filter, reason, distance });
    if (!outcome.ok) {
      reject(outcome);
      continue;
    }
    const option = fleetOf(candidate, outcome.replica, context);
    const problem = fleetProblem(option, context);
    if (problem === null) options.push(option);
    else reject(problem);
  }
  return { options: options.sort(byCost), rejected };
}

/** A replica depends on GPU, checkpoint and layout only, so types that share a GPU share the work. */
function sizedOnce(candidate: Candidate, context: PlanningContext, seen: Map<string, ReplicaOutcome>): ReplicaOutcome {
  const { gpu, checkpoint, layout } = candidate;
  const key = `${gpu.id}/${checkpoint.key}/${layout.tensorParallel}`;
  let outcome = seen.get(key);
  if (!outcome) {
    outcome = sizeReplica(gpu, checkpoint, layout, context);
    seen.set(key, outcome);
  }
  return outcome;
}

function fleetOf(candidate: Candidate, replica: Replica, { requirements, model }: PlanningContext): Option {
  const { offer, replicasPerInstance } = candidate;
  const perReplica = replica.capacityRequestsPerSecond * TARGET_UTILISATION;
  const replicasNeeded = Math.max(Math.ceil(requirements.workload.requestsPerSecond / perReplica - 1e-9), requirements.minReplicas);
  const instances = Math.max(Math.ceil(replicasNeeded / replicasPerInstance), requirements.minZones);
  const bytes = downloadBytes(model, candidate.checkpoint);
  const storage = storageFor(offer.type, bytes);
  return {
    candidate,
    replica,
    instances,
    replicas: instances * replicasPerInstance,
    storage,
    coldStartSeconds: coldStartSeconds(offer.type, bytes),
    cost: fleetCost(offer.price!, instances, storage.rootVolumeGiB, requirements.network.vpcId === null),
  };
}

function fleetProblem(option: Option, { requirements, catalogue }: PlanningContext): Pick<Rejected, 'filter' | 'reason' | 'distance'> | null {
  if (option.instances > MOST_INSTANCES) {
    return { filter: 'instances', reason: `${option.instances} machines would be needed; one Auto Scaling group of ${MOST_INSTANCES} is the most this plans`, distance: option.instances / MOST_INSTANCES };
  }
  const { monthlyBudgetUsd } = requirements;
  if (monthlyBudgetUsd !== null && option.cost.usdPerMonth > monthlyBudgetUsd) {
    return { filter: 'budget', reason: `$${Math.round(option.cost.usdPerMonth)} a month, budget $${monthlyBudgetUsd}`, distance: option.cost.usdPerMonth / monthlyBudgetUsd };
  }
  const region = option.candidate.offer.offering.region;
  if (zonesOf(catalogue, region).length < 2) return { filter: 'zones', reason: `${region} has one known zone; a load balancer needs two`, distance: 2 };
  return null;
}

const quality = (key: CheckpointKey): number => CHECKPOINT_KEYS.indexOf(key);

/** Cheapest first; between equals fewer machines, then higher precision, then more headroom. */
function byCost(a: Option, b: Option): number {
  return (
    a.cost.usdPerMonth - b.cost.usdPerMonth ||
    a.instances - b.instances ||
    quality(a.candidate.checkpoint.key) - quality(b.candidate.checkpoint.key) ||
    b.replica.capacityRequestsPerSecond - a.replica.capacityRequestsPerSecond ||
    (a.candidate.offer.type.name < b.candidate.offer.type.name ? -1 : 1)
  );
}
