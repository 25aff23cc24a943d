import { zonesOf } from '../hardware/offerings';
import { CHECKPOINT_KEYS, type CheckpointKey } from '../models/checkpoints';
import type { Candidate, PlanningContext, Rejected } from './candidate';
import { type Cost, fleetCost } from './cost';
import type { Replica } from './replica';
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

/** Share of the capacity where the SLO breaks that a plan uses: beyond it small errors become long queues. */
export const TARGET_UTILISATION = 0.7;
const MOST_INSTANCES = 1000;
/** Keeps a load of exactly n replicas from asking for n + 1 by rounding. */
const ROUNDING = 1e-9;

/** Machines that a number of replicas needs, zones considered. */
function instancesFor(replicas: number, candidate: Candidate, { requirements }: PlanningContext): number {
  return Math.max(Math.ceil(replicas / candidate.replicasPerInstance), requirements.minZones);
}

function costOf(
  candidate: Candidate,
  instances: number,
  context: PlanningContext,
): { storage: Storage; bytes: number; cost: Cost } {
  const { offer, checkpoint } = candidate;
  const bytes = downloadBytes(context.model, checkpoint);
  const storage = storageFor(offer.type, bytes);
  const cost = fleetCost(
    offer.price!,
    instances,
    storage.rootVolumeGiB,
    context.requirements.network.vpcId === null,
  );
  return { storage, bytes, cost };
}

/** Monthly cost below which no fleet of this candidate can be: the fewest machines the requirements allow. */
export function cheapestUsdPerMonth(candidate: Candidate, context: PlanningContext): number {
  const instances = instancesFor(context.requirements.minReplicas, candidate, context);
  return costOf(candidate, instances, context).cost.usdPerMonth;
}

/** Enough machines for the peak at the target utilisation, and never fewer than the user's minima. */
export function fleetOf(candidate: Candidate, replica: Replica, context: PlanningContext): Option {
  const { requirements } = context;
  const perReplica = replica.capacityRequestsPerSecond * TARGET_UTILISATION;
  const forLoad = Math.ceil(requirements.workload.requestsPerSecond / perReplica - ROUNDING);
  const instances = instancesFor(Math.max(forLoad, requirements.minReplicas), candidate, context);
  return withInstances(candidate, replica, instances, context);
}

/** The same machines in another number. */
export function withInstances(
  candidate: Candidate,
  replica: Replica,
  instances: number,
  context: PlanningContext,
): Option {
  const { storage, bytes, cost } = costOf(candidate, instances, context);
  return {
    candidate,
    replica,
    instances,
    replicas: instances * candidate.replicasPerInstance,
    storage,
    coldStartSeconds: coldStartSeconds(candidate.offer.type, bytes),
    cost,
  };
}

/** Why a sized fleet is out of the question; null when it is not. */
export function fleetProblem(
  option: Option,
  { requirements, catalogue }: PlanningContext,
): Pick<Rejected, 'filter' | 'reason' | 'distance'> | null {
  const { instances, cost, candidate } = option;
  if (instances > MOST_INSTANCES) {
    return {
      filter: 'instances',
      reason: `${instances} machines would be needed; one Auto Scaling group of ${MOST_INSTANCES} is the most this plans`,
      distance: instances / MOST_INSTANCES,
    };
  }
  const { monthlyBudgetUsd } = requirements;
  if (monthlyBudgetUsd !== null && cost.usdPerMonth > monthlyBudgetUsd) {
    return {
      filter: 'budget',
      reason: `$${Math.round(cost.usdPerMonth)} a month, budget $${monthlyBudgetUsd}`,
      distance: cost.usdPerMonth / monthlyBudgetUsd,
    };
  }
  const { region } = candidate.offer.offering;
  if (zonesOf(catalogue, region).length < 2) {
    return {
      filter: 'zones',
      reason: `${region} has one known zone; a load balancer needs two`,
      distance: 2,
    };
  }
  return null;
}

const quality = (key: CheckpointKey): number => CHECKPOINT_KEYS.indexOf(key);

/** Cheapest first; between equals fewer machines, then higher precision, then more headroom. */
export function byCost(a: Option, b: Option): number {
  return (
    a.cost.usdPerMonth - b.cost.usdPerMonth ||
    a.instances - b.instances ||
    quality(a.candidate.checkpoint.key) - quality(b.candidate.checkpoint.key) ||
    b.replica.capacityRequestsPerSecond - a.replica.capacityRequestsPerSecond ||
    (a.candidate.offer.type.name < b.candidate.offer.type.name ? -1 : 1)
  );
}
