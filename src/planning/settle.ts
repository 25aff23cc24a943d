import { usableMemory } from '../hardware/gpus';
import { FAMILY } from '../models/architecture';
import type { MemoryBudget } from '../vllm/budget';
import { batchDefaults, type Release } from '../vllm/releases';
import type { PlanningContext } from './candidate';
import type { EngineOption } from './engine-options';
import type { Option } from './fleet';
import { memoryWithSlotsFor } from './memory';

/** The engine of a chosen option, down to the number of slots. */
export interface SettledEngine extends EngineOption {
  readonly maxNumSeqs: number;
  readonly budget: MemoryBudget;
  /** Average sequences that the blocks hold at once, on one rank. */
  readonly poolSequences: number;
  /** Why each setting is what it is. */
  readonly reasons: Readonly<Record<string, string>>;
}

const FEWEST_SLOTS = 16;
/** Slots above the batch at capacity, so that a burst queues in the engine and not for want of slots. */
const SLOT_HEADROOM = 1.5;

/** Chooses slots for the load that the option holds at most, and explains every setting. */
export function settle(
  { design, capacityRequestsPerSecond }: Option,
  context: PlanningContext,
): SettledEngine {
  const { option, layout, gpu } = design;
  const atCapacity = design.curve.at(capacityRequestsPerSecond / design.ranks).mean.decodeBatch;
  const wanted = Math.max(FEWEST_SLOTS, Math.ceil(atCapacity * SLOT_HEADROOM * layout.pipelineParallel));
  const { budget, slots, sequences } = memoryWithSlotsFor(wanted, design, option, context);
  const { release, requirements } = context;
  const defaults = batchDefaults(release, { id: gpu.id, usableGiB: usableMemory(gpu).gib });
  const multimodal: Record<string, string> = requirements.multimodal
    ? {}
    : { languageModelOnly: 'text only: the vision tower is not loaded' };
  return {
    ...option,
    maxNumSeqs: slots,
    budget,
    poolSequences: Math.floor(sequences),
    reasons: {
      maxModelLen: contextReason(requirements.contextTokens),
      maxNumSeqs: `one and a half times the batch at capacity (${atCapacity.toFixed(1)}), rounded up; the pool holds ${budget.poolBlocks} blocks and about ${Math.floor(sequences)} average sequences`,
      maxNumBatchedTokens: batchReason(option.maxNumBatchedTokens, defaults.maxNumBatchedTokens, release),
      kvCacheDtype:
        option.kvCacheDtype === 'auto'
          ? 'BF16, as the model was trained'
          : 'halves the KV cache, which saves machines here; slightly less precise',
      gpuMemoryUtilization: `${budget.marginGiB.toFixed(2)} GiB stay free for late allocations and the CUDA context${option.gpuMemoryUtilization === release.gpuMemoryUtilizationDefault ? `; the default of vLLM ${release.version}` : ''}`,
      ...(option.mtpTokens > 0
        ? {
            mtp: `drafts ${option.mtpTokens} tokens a step, which saves machines here; prefix caching is off, because both together corrupt output (vllm#53912)`,
          }
        : {}),
      shutdownTimeout: 'running requests finish when a machine is drained',
      ...multimodal,
    },
  };
}

const contextReason = (tokens: number): string =>
  tokens > FAMILY.maxPositionEmbeddings
    ? `the longest request; beyond ${FAMILY.maxPositionEmbeddings} tokens it needs YaRN, which also changes short requests`
    : 'the longest request; the start-up check guarantees room for one of this length';

function batchReason(chosen: number, usual: number, release: Release): string {
  if (chosen === usual)
    return `vLLM ${release.version}'s default on this GPU, stated because it depends on the GPU's name and memory`;
  return chosen > usual
    ? 'raised to one block, which this release asserts with prefix caching'
    : 'smaller steps: prompts disturb running answers less, and more memory is left for the KV cache';
}
