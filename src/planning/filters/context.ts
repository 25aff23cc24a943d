import { sequenceProblem } from '../../vllm/startup';
import type { EngineMemory } from '../engine-memory';
import { layoutText } from '../layouts';
import type { Filter } from './filter';

/** One request of the longest context must find room in the KV cache that weights and work space leave. */
export const context: Filter<EngineMemory> = {
  name: 'context',
  problem: ({ layout, budget }, { requirements: { contextTokens } }) => {
    if (budget === null || budget.kvCacheGiB <= 0) return null;
    const { pool, poolBlocks: blocks, kvCacheGiB, blocksPerMaxLenSequence } = budget;
    const reason = sequenceProblem({ maxModelLen: contextTokens }, { pool, blocks, kvCacheGiB });
    // vLLM never hands out its null block.
    return reason === null
      ? null
      : { reason: `${layoutText(layout)}: ${reason}`, distance: blocksPerMaxLenSequence / (blocks - 1) };
  },
};
