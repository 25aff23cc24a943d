import { usableMemory } from '../../hardware/gpus';
import type { EngineMemory } from '../engine-memory';
import { layoutText } from '../layouts';
import type { Filter } from './filter';

/** `--max-num-seqs` may take so much of the predicted blocks: vLLM refuses to start above the real number. */
const BLOCKS_SHARE = 0.95;

/** Weights, work space and the fewest slots must fit into one GPU. */
export const memory: Filter<EngineMemory> = {
  name: 'memory',
  problem: ({ gpu, checkpoint, layout, slots, budget }) => {
    if (budget === null) return `the size of ${checkpoint.hfId} is not known`;
    if (budget.fits && slots <= budget.poolBlocks * BLOCKS_SHARE) return null;
    const reason = budget.reasons[0] ?? `the pool of ${budget.poolBlocks} blocks is too small`;
    return {
      reason: `${layoutText(layout)}: ${reason}`,
      distance: (budget.weightsGiB + budget.adaptersGiB) / usableMemory(gpu).gib,
    };
  },
};
