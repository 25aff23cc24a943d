import { CHECKPOINT_KEYS, type CheckpointKey } from '../models/checkpoints';
import type { Percentile95 } from '../performance/percentile';
import type { Survival } from '../requirements/choices';
import { USUAL_SIZING } from '../requirements/sizing';
import type { Candidate, PlanningContext } from './candidate';
import { type Cost, type FleetSize, fleetCost, fleetUsdPerMonth } from './cost';
import type { Design } from './design';
import { historyOf } from './history';
import { coldStartOf, leadHours, utilisationTarget } from './margin';
import { fetchedBytes, type Storage, storageFor } from './storage';
import { hourlyFactors } from './traffic';

/** A feasible way to serve: a candidate, sized and priced. */
export interface Option extends FleetSize {
  readonly candidate: Candidate;
  readonly design: Design;
  /** Highest rate of one replica within the SLO at the wanted confidence. */
  readonly capacityRequestsPerSecond: number;
  readonly limitedBy: Capacity['limitedBy'];
  readonly replicas: number;
  readonly storage: Storage;
  readonly coldStartSeconds: number;
  /** Share of the capacity that it is sized for. */
  readonly utilisationTarget: number;
  readonly cost: Cost;
}

/** Keeps a load of exactly n replicas from asking for n + 1 by rounding. */
const ROUNDING = 1e-9;

/** Machines for a rate, when one replica holds `capacity` within the SLO; zones and reserves considered. */
function instancesAt(rate: number, capacity: number, candidate: Candidate, context: PlanningContext): number {
  const { minReplicas, minZones, sizing } = context.requirements;
  const held = capacity * utilisationTarget(candidate, context);
  const replicas = Math.max(Math.ceil(rate / held - ROUNDING), minReplicas);
  const forLoad = Math.ceil(replicas / candidate.replicasPerInstance);
  return Math.max(withReserve(forLoad, candidate, (sizing ?? USUAL_SIZING).survive), minZones);
}

/** Enough machines that so many are left after a loss; machines are spread evenly over the zones. */
function withReserve(machines: number, { offer }: Candidate, survive: Survival): number {
  if (survive === 'nothing') return machines;
  if (survive === 'machine') return machines + 1;
  const zones = offer.offering.zoneIds.length;
  return machines + Math.ceil(machines / Math.max(1, zones - 1));
}

/** The fleet's size by hour; a machine that an hour needs is started in the hour before, or earlier if it must. */
export function fleetSize(capacity: number, candidate: Candidate, context: PlanningContext): FleetSize {
  const { requestsPerSecond } = context.requirements.workload;
  const at = (factor: number): number =>
    instancesAt(requestsPerSecond * factor, capacity, candidate, context);
  const instances = at(1);
  const factors = hourlyFactors(context.requirements);
  if (factors === null) return { instances, hourlyInstances: null };
  // An hour without any load needs no machine, whatever the minima.
  let [last, machines] = [1, instances];
  const needed = factors.map((factor) => {
    // Hours come in runs, and a search asks thousands of times.
    if (factor !== last) [last, machines] = [factor, factor === 0 ? 0 : at(factor)];
    return machines;
  });
  return { instances, hourlyInstances: startedAhead(needed, leadHours(candidate, context)) };
}

/** Machines by hour when those that an hour needs are started so many hours ahead. */
export function startedAhead(needed: readonly number[], hours: number): number[] {
  return needed.map((now, hour) => {
    let most = now;
    for (let ahead = 1; ahead <= hours; ahead++)
      most = Math.max(most, needed[(hour + ahead) % needed.length]!);
    return most;
  });
}

const storages = new WeakMap<Candidate, Storage>();

export function storageOf(candidate: Candidate, context: PlanningContext): Storage {
  let storage = storages.get(candidate);
  if (storage === undefined) {
    storage = storageFor(candidate.offer.type, fetchedBytes(context, candidate.checkpoint));
    storages.set(candidate, storage);
  }
  return storage;
}

/** Monthly cost of a candidate whose replicas hold `capacity`; it never rises with the capacity. */
export function usdPerMonthAt(capacity: number, candidate: Candidate, context: PlanningContext): number {
  const { rootVolumeGiB } = storageOf(candidate, context);
  return fleetUsdPerMonth(
    candidate.offer,
    fleetSize(capacity, candidate, context),
    rootVolumeGiB,
    context.requirements,
  );
}

/** Hourly sizes have no simple inverse: their capacity is found by halving. */
const LOWEST_CAPACITY = 1e-6;
const HIGHEST_CAPACITY = 1e7;
const HALVINGS = 26;

/** A capacity below which a candidate certainly costs more than the limit; infinite when it always does. */
export function capacityWithin(limitUsd: number, candidate: Candidate, context: PlanningContext): number {
  if (limitUsd === Number.POSITIVE_INFINITY) return 0;
  if (hourlyFactors(context.requirements) !== null) return capacityByHalving(limitUsd, candidate, context);
  const { requirements } = context;
  const { rootVolumeGiB } = storageOf(candidate, context);
  const usdOf = (instances: number): number =>
    fleetUsdPerMonth(candidate.offer, { instances, hourlyInstances: null }, rootVolumeGiB, requirements);
  const fewest = instancesAt(
    requirements.workload.requestsPerSecond,
    Number.POSITIVE_INFINITY,
    candidate,
    context,
  );
  const most = mostWithin(limitUsd, fewest, usdOf);
  if (most < fewest) return Number.POSITIVE_INFINITY;
  const machines = machinesBesidesReserve(most, candidate, (requirements.sizing ?? USUAL_SIZING).survive);
  const replicas = machines * candidate.replicasPerInstance;
  return (
    (requirements.workload.requestsPerSecond /
      (utilisationTarget(candidate, context) * (replicas + ROUNDING))) *
    (1 - 1e-12)
  );
}

/** Most machines whose bill is within the limit; fewer than `fewest` when those are not. */
function mostWithin(limitUsd: number, fewest: number, usdOf: (instances: number) => number): number {
  const least = usdOf(fewest);
  if (least > limitUsd) return fewest - 1;
  const each = usdOf(fewest + 1) - least;
  let most = fewest + Math.floor((limitUsd - least) / each);
  while (usdOf(most) > limitUsd) most--;
  while (usdOf(most + 1) <= limitUsd) most++;
  return most;
}

/** Machines left for the load when so many are running: the inverse of `withReserve`. */
function machinesBesidesReserve(instances: number, candidate: Candidate, survive: Survival): number {
  let machines = instances;
  while (machines > 0 && withReserve(machines, candidate, survive) > instances) machines--;
  return machines;
}

function capacityByHalving(limitUsd: number, candidate: Candidate, context: PlanningContext): number {
  if (usdPerMonthAt(Number.POSITIVE_INFINITY, candidate, context) > limitUsd) return Number.POSITIVE_INFINITY;
  let below = LOWEST_CAPACITY;
  let enough = HIGHEST_CAPACITY;
  if (usdPerMonthAt(below, candidate, context) <= limitUsd) return 0;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = Math.sqrt(below * enough);
    if (usdPerMonthAt(middle, candidate, context) <= limitUsd) enough = middle;
    else below = middle;
  }
  return below;
}

/** The fleet for the peak at the target utilisation, and never fewer machines than the user's minima. */
export function fleetOf(
  candidate: Candidate,
  design: Design,
  capacity: Capacity,
  context: PlanningContext,
): Option {
  return optionOf(
    candidate,
    design,
    capacity,
    fleetSize(capacity.requestsPerSecond, candidate, context),
    context,
  );
}

/** What limits a replica where its simulation missed the SLO. */
export const SIMULATED = 'the simulation';

/** What one replica holds, and what limits it: looked up when somebody asks. */
export interface Capacity {
  readonly requestsPerSecond: number;
  readonly limitedBy: () => string;
}

/** The same machines in another number. */
export function withInstances(option: Option, instances: number, context: PlanningContext): Option {
  const capacity = { requestsPerSecond: option.capacityRequestsPerSecond, limitedBy: option.limitedBy };
  const extra = instances - option.instances;
  const hourlyInstances = option.hourlyInstances?.map((n) => (n === 0 ? 0 : Math.max(1, n + extra))) ?? null;
  return optionOf(option.candidate, option.design, capacity, { instances, hourlyInstances }, context);
}

export function optionOf(
  candidate: Candidate,
  design: Design,
  capacity: Capacity,
  size: FleetSize,
  context: PlanningContext,
): Option {
  const storage = storageOf(candidate, context);
  const replicas = size.instances * candidate.replicasPerInstance;
  return {
    ...size,
    candidate,
    design: historyOf(context.requirements.workload) === null ? design : design.among(replicas),
    capacityRequestsPerSecond: capacity.requestsPerSecond,
    limitedBy: capacity.limitedBy,
    replicas,
    storage,
    coldStartSeconds: coldStartOf(candidate, context),
    utilisationTarget: utilisationTarget(candidate, context),
    cost: fleetCost(candidate.offer, size, storage.rootVolumeGiB, context.requirements),
  };
}

/** Prediction of one rank at the peak of the planned load. */
export const atPeak = ({ design, replicas }: Option, { requirements }: PlanningContext): Percentile95 =>
  design.curve.at(requirements.workload.requestsPerSecond / replicas / design.ranks);

const quality = (key: CheckpointKey): number => CHECKPOINT_KEYS.indexOf(key);

/** Cheapest first; between equals simpler, then fewer machines, then higher precision, then more headroom. */
export function byCost(a: Option, b: Option): number {
  return (
    a.cost.usdPerMonth - b.cost.usdPerMonth ||
    a.design.extras.length - b.design.extras.length ||
    a.instances - b.instances ||
    quality(a.candidate.checkpoint.key) - quality(b.candidate.checkpoint.key) ||
    b.capacityRequestsPerSecond * b.replicas - a.capacityRequestsPerSecond * a.replicas ||
    a.candidate.replicasPerInstance - b.candidate.replicasPerInstance ||
    (a.candidate.offer.type.name < b.candidate.offer.type.name ? -1 : 1)
  );
}
