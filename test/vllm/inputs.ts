import type { CheckpointKey } from '../../src/models/checkpoints';
import { findCheckpoint, getModel } from '../../src/models/registry';
import { type BudgetInput, type MemoryBudget, memoryBudget } from '../../src/vllm/budget';
import { LATEST_RELEASE } from '../../src/vllm/releases';

/** A budget input with plain settings; a test overrides what it is about. */
export function budgetInput(
  model: string,
  key: CheckpointKey,
  overrides: Partial<BudgetInput> = {},
): BudgetInput {
  const { architecture, ...rest } = getModel(model);
  const checkpoint = findCheckpoint({ architecture, ...rest }, key);
  if (!checkpoint) throw new Error(`${model} has no ${key} checkpoint`);
  return {
    architecture,
    checkpoint,
    layout: { tensorParallel: 1, pipelineParallel: 1, dataParallel: 1, expertParallel: false },
    usableGiB: 79.2,
    gpuMemoryUtilization: 0.9,
    kvCacheDtype: 'auto',
    ssmCacheDtype: 'auto',
    prefixCaching: true,
    mtpTokens: 0,
    vision: true,
    maxModelLen: 32_768,
    maxNumSeqs: 64,
    maxNumBatchedTokens: 8192,
    release: LATEST_RELEASE,
    computeCapability: 8.9,
    ...overrides,
  };
}

export function budgetOf(...input: Parameters<typeof budgetInput>): MemoryBudget {
  const budget = memoryBudget(budgetInput(...input));
  if (budget === null) throw new Error('the size of the checkpoint is not known');
  return budget;
}
