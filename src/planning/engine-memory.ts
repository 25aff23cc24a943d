import type { Gpu } from '../hardware/gpus';
import type { Checkpoint } from '../models/checkpoints';
import type { MemoryBudget } from '../vllm/budget';
import type { Layout } from '../vllm/layout';

/** What a replica is before its settings: weights on GPUs of one kind, divided in one way. */
export interface ReplicaKind {
  readonly gpu: Gpu;
  readonly checkpoint: Checkpoint;
  readonly layout: Layout;
}

/** How the memory of one GPU is divided with so many slots. */
export interface EngineMemory extends ReplicaKind {
  readonly slots: number;
  /** null where the size of the weights is not known. */
  readonly budget: MemoryBudget | null;
}
