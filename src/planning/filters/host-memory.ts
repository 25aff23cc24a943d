import { gpusPerReplica } from '../../vllm/layout';
import type { CandidateFilter } from './filter';

/**
 * RAM an engine needs besides the page cache: about 4 GiB a GPU worker and 6 GiB for system, API server and
 * tokeniser (estimated; safetensors are memory-mapped, so weights need not fit in RAM).
 */
const SYSTEM_GIB = 6;
const WORKER_GIB = 4;

export const hostMemory: CandidateFilter = {
  name: 'host-memory',
  problem: ({ offer, layout, replicasPerInstance }) => {
    const needed = SYSTEM_GIB + WORKER_GIB * gpusPerReplica(layout) * replicasPerInstance;
    return offer.type.memoryGiB >= needed ? null : `${offer.type.memoryGiB} GiB of RAM, about ${needed} GiB needed`;
  },
};
