import { usableMemory } from '../hardware/gpus';
import { roomOf } from '../requirements/adapters';
import { type MemoryBudget, memoryBudgets } from '../vllm/budget';
import { sequencesThatFit } from '../vllm/pool';
import { batchDefaults } from '../vllm/releases';
import type { PlanningContext } from './candidate';
import type { ReplicaKind } from './engine-memory';
import type { EngineOption } from './engine-options';
import { context as contextFilter } from './filters/context';
import { firstMiss, type Miss } from './filters/filter';
import { memory } from './filters/memory';

/** `--max-num-seqs` tried: the same for every requirement, so that none of them is favoured by where a search began. */
const SLOTS = [4, 8, 16, 32, 64, 128, 256, 512, 1024];
export type MemoryOutcome =
  | {
      readonly ok: true;
      /** Of the number of slots that lets most sequences run. */
      readonly budget: MemoryBudget;
      readonly slots: number;
      /** Average sequences that run at once. */
      readonly sequences: number;
      /** Average sequences that the blocks hold. */
      readonly held: number;
      /** The asked ones, or one block where the release insists. */
      readonly maxNumBatchedTokens: number;
    }
  | ({ readonly ok: false } & Miss);

const MEMORY_FILTERS = [contextFilter, memory];

interface Trial {
  readonly budget: MemoryBudget | null;
  readonly slots: number;
  readonly miss: Miss | null;
  /** Average sequences that the blocks hold. */
  readonly held: number;
}

/** How the memory of one GPU is divided when slots are chosen to let the most average sequences run. */
export function memoryFor(kind: ReplicaKind, option: EngineOption, context: PlanningContext): MemoryOutcome {
  const trial = trialOf(kind, option, context);
  const first = trial(SLOTS[0]!, option.maxNumBatchedTokens);
  if (first.budget === null) return { ok: false, ...first.miss! };
  const { blockTokens } = first.budget.pool;
  const mustHoldBlock = context.release.blockMustNotExceedBatchedTokens && option.prefixCaching;
  const batched = mustHoldBlock
    ? Math.max(option.maxNumBatchedTokens, blockTokens)
    : option.maxNumBatchedTokens;
  const fewest = batched === option.maxNumBatchedTokens ? first : trial(SLOTS[0]!, batched);
  if (fewest.miss !== null) return { ok: false, ...fewest.miss };
  const { gpu } = kind;
  const usable = batchDefaults(context.release, { id: gpu.id, usableGiB: usableMemory(gpu).gib });
  const most = Math.min(usable.maxNumSeqs, Math.floor(batched / (1 + option.mtpTokens)));
  const best = mostRunning(
    fewest,
    SLOTS.filter((slots) => slots > SLOTS[0]! && slots <= most),
    (slots) => trial(slots, batched),
  );
  return {
    ok: true,
    budget: best.budget!,
    slots: best.slots,
    sequences: Math.min(best.slots, best.held),
    held: best.held,
    maxNumBatchedTokens: batched,
  };
}

/**
 * More slots leave fewer blocks, so the best lies where the two cross.
 * @param ladder numbers of slots above the fewest
 */
function mostRunning(fewest: Trial, ladder: readonly number[], at: (slots: number) => Trial): Trial {
  const bound = (trial: Trial): boolean => trial.miss === null && trial.held >= trial.slots;
  // The last that slots bound, the fewest in any case, and the first that blocks bound.
  let below = fewest;
  let above: Trial | null = null;
  for (let low = 0, high = ladder.length; low < high; ) {
    const middle = (low + high - 1) >> 1;
    const trial = at(ladder[middle]!);
    if (bound(trial)) {
      below = trial;
      low = middle + 1;
    } else {
      above = trial;
      high = middle;
    }
  }
  return above?.miss === null && Math.min(above.slots, above.held) > Math.min(below.slots, below.held)
    ? above
    : below;
}

function trialOf(kind: ReplicaKind, option: EngineOption, context: PlanningContext) {
  const { gpu, checkpoint, layout } = kind;
  const { model, release, requirements } = context;
  const { workload, contextTokens, multimodal } = requirements;
  const meanTokens = Math.ceil(workload.inputTokens.mean + workload.outputTokens.mean);
  const budgetWith = memoryBudgets({
    architecture: model.architecture,
    checkpoint,
    layout,
    usableGiB: usableMemory(gpu).gib,
    gpuMemoryUtilization: option.gpuMemoryUtilization,
    kvCacheDtype: option.kvCacheDtype,
    ssmCacheDtype: 'auto',
    prefixCaching: option.prefixCaching,
    mtpTokens: option.mtpTokens,
    vision: multimodal,
    adapters: roomOf(requirements),
    maxModelLen: contextTokens,
    release,
    computeCapability: gpu.computeCapability,
  });
  return (slots: number, maxNumBatchedTokens: number): Trial => {
    const budget = budgetWith(slots, maxNumBatchedTokens);
    const miss = firstMiss({ gpu, checkpoint, layout, slots, budget }, MEMORY_FILTERS, context);
    const held = budget === null ? 0 : sequencesThatFit(budget.pool, budget.poolBlocks, meanTokens);
    return { budget, slots, miss, held };
  };
}

/** The division of memory with the fewest slots that hold so many sequences. */
export function memoryWithSlotsFor(
  sequences: number,
  kind: ReplicaKind,
  option: EngineOption,
  context: PlanningContext,
): { readonly budget: MemoryBudget; readonly slots: number; readonly sequences: number } {
  const most = memoryFor(kind, option, context);
  if (!most.ok) throw new Error(`a design that does not start was chosen: ${most.reason}`);
  const slots = SLOTS.find((candidate) => candidate >= sequences && candidate < most.slots);
  if (slots === undefined) return most;
  const trial = trialOf(kind, option, context)(slots, most.maxNumBatchedTokens);
  return { budget: trial.budget!, slots, sequences: trial.held };
}
