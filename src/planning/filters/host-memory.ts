import { roomOf } from '../../requirements/adapters';
import { hostRamGiB } from '../../vllm/host';
import type { CandidateFilter } from './filter';

/** The machine's RAM must hold every replica's processes; weights are memory-mapped and need not fit. */
export const hostMemory: CandidateFilter = {
  name: 'host-memory',
  problem: ({ offer, layout, replicasPerInstance }, { model, requirements }) => {
    const ramGiB = hostRamGiB(model.architecture, layout, roomOf(requirements));
    const needed = Math.ceil(ramGiB * replicasPerInstance);
    return offer.type.memoryGiB >= needed
      ? null
      : `${offer.type.memoryGiB} GiB of RAM, about ${needed} GiB needed (estimated)`;
  },
};
