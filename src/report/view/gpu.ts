import { findGpu } from '../../hardware/gpus';

/** What its maker calls a GPU; the id of a plan where this program does not know it. */
export const gpuName = (id: string): string => findGpu(id)?.name ?? id;
