import type { Architecture } from '../models/architecture';
import type { Checkpoint } from '../models/checkpoints';
import { GIB } from './activation';
import { type AdapterRoom, adapterFileBytes } from './adapters';
import { gpusPerReplica, type Layout } from './layout';
import { checkpointBytes } from './weights';

/** System, API server and tokeniser (estimated). */
const SYSTEM_RAM_GIB = 6;
/** One GPU worker process (estimated); safetensors are memory-mapped, so the weights need not fit in RAM. */
const WORKER_RAM_GIB = 4;

/** RAM one replica needs on its machine besides the page cache, GiB; an estimate, no log states it. */
export const hostRamGiB = (a: Architecture, layout: Layout, adapters: AdapterRoom | null): number =>
  SYSTEM_RAM_GIB + (WORKER_RAM_GIB + adaptersGiB(a, adapters)) * gpusPerReplica(layout);

/** LoRA adapters that every worker keeps whole (`--max-cpu-loras`, as many as there are slots). */
const adaptersGiB = (a: Architecture, room: AdapterRoom | null): number =>
  room === null ? 0 : (room.slots * adapterFileBytes(a, room.maxRank, room.layers)) / GIB;

/** Disk the weights take, GiB; null when the checkpoint's size is unknown. Image, logs and caches are extra. */
export function weightsDiskGiB(architecture: Architecture, checkpoint: Checkpoint): number | null {
  const bytes = checkpointBytes(architecture, checkpoint);
  return bytes === null ? null : bytes / GIB;
}
