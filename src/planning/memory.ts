import { type Gpu, usableMemory } from '../hardware/gpus';
import type { Checkpoint } from '../models/checkpoints';
import { type MemoryBudget, memoryBudget } from '../vllm/budget';
import type { Layout } from '../vllm/layout';
import { sequencesThatFit } from '../vllm/pool';
import { batchDefaults } from '../vllm/releases';
import type { PlanningContext } from './candidate';
import type { EngineOption } from './engine-options';
import { layoutText } from './layouts';

/** `--max-num-seqs` tried: the same for every requirement, so that none of them is favoured by where a search began. */
const SLOTS = [4, 8, 16, 32, 64, 128, 256, 512, 1024];
/** Share of the predicted blocks that slots may take: vLLM refuses to start above the real number. */
const BLOCKS_SHARE = 0.95;

export type MemoryOutcome =
  | {
      readonly ok: true;
      /** Of the number of slots that lets most sequences run. */
      readonly budget: MemoryBudget;
      readonly slots: number;
      /** Average sequences that run at once. */
      readonly sequences: number;
      /** The asked ones, or one block where the release insists. */
      readonly maxNumBatchedTokens: number;
    }
  | { readonly ok: false; readonly reason: string; readonly distance: number };

interface Trial {
  readonly budget: MemoryBudget;
  readonly slots: number;
  readonly fits: boolean;
  /** Average sequences that the blocks hold. */
  readonly held: number;
}

/** How the memory of one GPU is divided when slots are chosen to let the most average sequences run. */
export function memoryFor(
  gpu: Gpu,
  checkpoint: Checkpoint,
  layout: Layout,
  option: EngineOption,
  context: PlanningContext,
): MemoryOutcome {
  const trial = trialOf(gpu, checkpoint, layout, option, context);
  const first = trial(SLOTS[0]!, option.maxNumBatchedTokens);
  if (first === null)
    return {
      ok: false,
      reason: `the size of ${checkpoint.hfId} is not known`,
      distance: Number.POSITIVE_INFINITY,
    };
  const { blockTokens } = first.budget.pool;
  const mustHoldBlock = context.release.blockMustNotExceedBatchedTokens && option.prefixCaching;
  const batched = mustHoldBlock
    ? Math.max(option.maxNumBatchedTokens, blockTokens)
    : option.maxNumBatchedTokens;
  const at = (slots: number): Trial => trial(slots, batched)!;
  const fewest = batched === option.maxNumBatchedTokens ? first : at(SLOTS[0]!);
  if (!fewest.fits) {
    const reason = fewest.budget.reasons[0] ?? `the pool of ${fewest.budget.poolBlocks} blocks is too small`;
    return {
      ok: false,
      reason: `${layoutText(layout)}: ${reason}`,
      distance: fewest.budget.weightsGiB / usableMemory(gpu).gib,
    };
  }
  const usable = batchDefaults(context.release, { id: gpu.id, usableGiB: usableMemory(gpu).gib });
  const most = Math.min(usable.maxNumSeqs, Math.floor(batched / (1 + option.mtpTokens)));
  const best = mostRunning(
    SLOTS.filter((slots) => slots === SLOTS[0] || slots <= most),
    at,
  );
  return {
    ok: true,
    budget: best.budget,
    slots: best.slots,
    sequences: Math.min(best.slots, best.held),
    maxNumBatchedTokens: batched,
  };
}

/** More slots leave fewer blocks, so the best lies where the two cross. */
function mostRunning(ladder: readonly number[], at: (slots: number) => Trial): Trial {
  let low = 0;
  let high = ladder.length;
  const bound = (trial: Trial): boolean => trial.fits && trial.held >= trial.slots;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (bound(at(ladder[middle]!))) low = middle;
    else high = middle;
  }
  const below = at(ladder[low]!);
  if (high === ladder.length) return below;
  const above = at(ladder[high]!);
  return above.fits && Math.min(above.slots, above.held) > Math.min(below.slots, below.held) ? above : below;
}

function trialOf(
  gpu: Gpu,
  checkpoint: Checkpoint,
  layout: Layout,
  option: EngineOption,
  { model, release, requirements }: PlanningContext,
) {
  const { workload, contextTokens, multimodal } = requirements;
  const meanTokens = Math.ceil(workload.inputTokens.mean + workload.outputTokens.mean);
  return (slots: number, maxNumBatchedTokens: number): Trial | null => {
    const budget = memoryBudget({
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
      maxModelLen: contextTokens,
      maxNumSeqs: slots,
      maxNumBatchedTokens,
      release,
      computeCapability: gpu.computeCapability,
    });
    if (budget === null) return null;
    const fits = budget.fits && slots <= budget.poolBlocks * BLOCKS_SHARE;
    return { budget, slots, fits, held: sequencesThatFit(budget.pool, budget.poolBlocks, meanTokens) };
  };
}

/** The division of memory with the fewest slots that hold so many sequences. */
export function memoryWithSlotsFor(
  sequences: number,
  gpu: Gpu,
  checkpoint: Checkpoint,
  layout: Layout,
  option: EngineOption,
  context: PlanningContext,
): { readonly budget: MemoryBudget; readonly slots: number; readonly sequences: number } {
  const most = memoryFor(gpu, checkpoint, layout, option, context);
  if (!most.ok) throw new Error(`a design that does not start was chosen: ${most.reason}`);
  const slots = SLOTS.find((candidate) => candidate >= sequences && candidate < most.slots);
  if (slots === undefined) return most;
  const trial = trialOf(gpu, checkpoint, layout, option, context)(slots, most.maxNumBatchedTokens)!;
  return { budget: trial.budget, slots, sequences: trial.held };
}
