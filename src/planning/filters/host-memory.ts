import { roomOf } from '../../requirements/adapters';
import { adapterFileBytes } from '../../vllm/adapters';
import { hostRamGiB } from '../../vllm/host';
import type { PlanningContext } from '../candidate';
import type { CandidateFilter } from './filter';

/** The machine's RAM must hold every replica's processes; weights are memory-mapped and need not fit. */
export const hostMemory: CandidateFilter = {
  name: 'host-memory',
  problem: ({ offer, layout, replicasPerInstance }, context) => {
    const needed = Math.ceil(hostRamGiB(layout, adaptersGiB(context)) * replicasPerInstance);
    return offer.type.memoryGiB >= needed
      ? null
      : `${offer.type.memoryGiB} GiB of RAM, about ${needed} GiB needed (estimated)`;
  },
};

function adaptersGiB({ model, requirements }: PlanningContext): number {
  const room = roomOf(requirements);
  return room === null
    ? 0
    : (room.slots * adapterFileBytes(model.architecture, room.maxRank, room.layers)) / 2 ** 30;
}
