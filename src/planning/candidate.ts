import type { Gpu } from '../hardware/gpus';
import type { InstanceType } from '../hardware/instance-types';
import type { Catalogue, Offering, Price } from '../hardware/offerings';
import type { Checkpoint } from '../models/checkpoints';
import type { Model } from '../models/registry';
import type { Calibration } from '../performance/calibration';
import type { Coefficients } from '../performance/coefficients';
import type { Market } from '../requirements/input';
import type { Requirements } from '../requirements/requirements';
import type { Layout } from '../vllm/layout';
import type { Release } from '../vllm/releases';

/** Everything a plan is computed from besides the candidate itself; passed in, so that planning stays pure. */
export interface PlanningContext {
  readonly requirements: Requirements;
  readonly model: Model;
  readonly catalogue: Catalogue;
  readonly coefficients: Coefficients;
  /** Of this model and this release; one a GPU at most. */
  readonly calibrations: readonly Calibration[];
  readonly release: Release;
  /** Called as the work goes on, however often. */
  readonly progress: () => void;
}

/** An instance type in one region, bought in one market. */
export interface MachineOffer {
  readonly type: InstanceType;
  readonly offering: Offering;
  readonly market: Market;
  /** null where this market has no known price here. */
  readonly price: Price | null;
}

/** An offer, and weights that could run on it. */
export interface Pairing {
  readonly offer: MachineOffer;
  readonly checkpoint: Checkpoint;
}

/** One way to run engine replicas on one kind of machine. */
export interface Candidate {
  readonly offer: MachineOffer;
  readonly gpu: Gpu;
  readonly checkpoint: Checkpoint;
  readonly layout: Layout;
  readonly replicasPerInstance: number;
}

export interface Rejected {
  readonly instanceType: string;
  readonly checkpoint: Checkpoint['key'] | null;
  readonly filter: string;
  readonly reason: string;
  /** How far from serving, within one filter: needed over available, 1 is just enough. Infinity where it has no measure. */
  readonly distance: number;
}
