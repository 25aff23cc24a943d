import type { Model } from '../../src/models/registry';
import { type BudgetInput, GIB, memoryBudget } from '../../src/vllm/budget';
import type { Release } from '../../src/vllm/releases';
import { type Figure, skip } from './figure';
import type { Observation } from './observations';
import * as observed from './observations';
import { dtypesOf, poolOf } from './pool-figures';

const WEIGHTS_TOLERANCE_GIB = 0.05;
const KV_TOLERANCE_SHARE = 0.05;
const KV_TOLERANCE_GIB = 0.5;
const KV_TOO_HIGH_SHARE = 0.02;

/** "Model loading took", where the checkpoint is known for certain. */
export function weightsFigure(row: Observation, model: Model, release: Release): Figure {
  if (row.weights_gib === null) return skip('weights are not logged');
  const budget = budgetOf(row, model, release, 80);
  if (typeof budget === 'string') return skip(budget, row.weights_gib);
  const error = budget.weightsGiB - row.weights_gib;
  return {
    predicted: budget.weightsGiB,
    logged: row.weights_gib,
    error,
    ok: Math.abs(error) <= WEIGHTS_TOLERANCE_GIB,
    skipped: null,
  };
}

/** KV cache from utilisation alone; where the checkpoint is not ours, with the logged weights. */
export function budgetFigure(row: Observation, model: Model, release: Release): Figure {
  const obstacle = observed.budgetObstacle(row);
  if (obstacle !== null) return skip(obstacle, row.kv_cache_gib);
  const pool = poolOf(row, model, release);
  const logged =
    row.kv_cache_gib ??
    (row.num_gpu_blocks_logged === null ? null : (row.num_gpu_blocks_logged * pool.poolBlockBytes) / GIB);
  if (logged === null) return skip('KV GiB are not logged');
  const own = budgetOf(row, model, release, observed.totalGiB(row)!);
  const predicted = typeof own === 'string' ? withLoggedWeights(row, model, release) : own.kvCacheGiB;
  if (predicted === null)
    return skip(`${typeof own === 'string' ? own : ''}, and its weights are not logged`, logged);
  const error = predicted - logged;
  // A log of a server that did not fit: the verdict is what counts.
  if (logged <= 0) return { predicted, logged, error, ok: predicted <= 0, skipped: null };
  const near = Math.abs(error) <= Math.max(KV_TOLERANCE_GIB, KV_TOLERANCE_SHARE * logged);
  return {
    predicted,
    logged,
    error,
    ok: near && error <= Math.max(0, KV_TOO_HIGH_SHARE * logged),
    skipped: null,
  };
}

function inputOf(
  row: Observation,
  model: Model,
  release: Release,
  usableGiB: number,
): Omit<BudgetInput, 'checkpoint'> {
  return {
    architecture: model.architecture,
    layout: {
      tensorParallel: row.tp,
      pipelineParallel: row.pp ?? 1,
      dataParallel: row.dp ?? 1,
      expertParallel: false,
    },
    usableGiB,
    gpuMemoryUtilization: row.gpu_memory_utilization ?? release.gpuMemoryUtilizationDefault,
    ...dtypesOf(row),
    prefixCaching: row.mamba_cache_mode === 'align',
    vision: observed.hasVision(row),
    maxModelLen: row.max_model_len ?? 262_144,
    ...observed.limitsOf(row, release, usableGiB),
    release,
    computeCapability: observed.computeCapabilityOf(row),
    userBlockSize: observed.userBlockSize(row),
  };
}

/** The accounting of a row, or why its checkpoint cannot be accounted for. */
function budgetOf(
  row: Observation,
  model: Model,
  release: Release,
  usableGiB: number,
): { weightsGiB: number; kvCacheGiB: number } | string {
  const checkpoint = observed.checkpointOf(row, model);
  if (typeof checkpoint === 'string') return checkpoint;
  return (
    memoryBudget({ ...inputOf(row, model, release, usableGiB), checkpoint }) ??
    `the size of ${checkpoint.hfId} is not known`
  );
}

/** What is left of the ceiling after the logged weights and our work memory; negative by what is missing. */
function withLoggedWeights(row: Observation, model: Model, release: Release): number | null {
  const stand = model.checkpoints.find(({ key }) => key === 'bf16');
  if (row.weights_gib === null || stand === undefined) return null;
  const input = inputOf(row, model, release, observed.totalGiB(row)!);
  const work = memoryBudget({ ...input, checkpoint: stand });
  if (work === null) return null;
  const graphs = release.cudaGraphMemorySubtracted ? work.cudaGraphGiB : 0;
  return (
    input.usableGiB * input.gpuMemoryUtilization -
    row.weights_gib -
    work.peakActivationGiB -
    graphs -
    work.otherGiB
  );
}
