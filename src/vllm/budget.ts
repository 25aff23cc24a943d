import type { Architecture } from '../models/architecture';
import type { Checkpoint } from '../models/checkpoints';
import { contextGiB, cudaGraphGiB, GIB, otherGiB, peakActivationGiB, type WorkInput } from './activation';
import { type AdapterRoom, adapterBytesOnStage } from './adapters';
import { blockRules } from './block-rules';
import type { Layout } from './layout';
import { type PipelineStage, pipelineStages } from './pipeline';
import {
  blocksPerSequence,
  type KvCacheDtype,
  type PoolLayout,
  type PoolOptions,
  poolBlocks,
  poolLayout,
  type SsmCacheDtype,
} from './pool';
import { LATEST_RELEASE, type Release } from './releases';
import { ropeCacheBytes } from './rope';
import { startupProblems } from './startup';
import { weightBytesOnStage } from './weights';

export { GIB };

/** Everything that decides how the memory of one GPU is divided. */
export interface BudgetInput {
  readonly architecture: Architecture;
  readonly checkpoint: Checkpoint;
  readonly layout: Layout;
  /** What CUDA reports. */
  readonly usableGiB: number;
  readonly gpuMemoryUtilization: number;
  readonly kvCacheDtype: KvCacheDtype;
  readonly ssmCacheDtype: SsmCacheDtype;
  readonly prefixCaching: boolean;
  readonly mtpTokens: number;
  readonly vision: boolean;
  /** LoRA adapters; default: none. */
  readonly adapters?: AdapterRoom | null;
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** Default: the newest. */
  readonly release?: Release;
  /** For example 9.0; some releases shape blocks and graphs by it. Default: a GPU without rules of its own. */
  readonly computeCapability?: number | null;
  readonly userBlockSize?: number | null;
  readonly gdnPrefillBackend?: 'auto' | 'triton';
  /** `--kv-cache-memory-bytes`: fixes the pool, whatever the rest takes. */
  readonly fixedKvCacheGiB?: number | null;
}

/**
 * How one GPU is divided. The parts add up to what CUDA reports: weights, adapters, peak, graphs, other, KV cache and margin
 * (less what is missing, where it does not fit). With pipeline stages, the stage with the fewest blocks.
 */
export interface MemoryBudget {
  readonly fits: boolean;
  /** Why it does not fit; empty when it does. */
  readonly reasons: readonly string[];
  /** NaN where the checkpoint's size is unknown, which only a fixed KV cache allows. */
  readonly weightsGiB: number;
  /** Room for LoRA adapters, 0 without. */
  readonly adaptersGiB: number;
  readonly peakActivationGiB: number;
  readonly cudaGraphGiB: number;
  readonly otherGiB: number;
  /** Outside vLLM's ceiling: room for what allocates late (Triton autotune, FlashInfer workspaces). */
  readonly marginGiB: number;
  readonly kvCacheGiB: number;
  readonly pool: PoolLayout;
  /** The null block that vLLM never hands out is one of them. */
  readonly poolBlocks: number;
  readonly blocksPerMaxLenSequence: number;
  /** "Maximum concurrency for N tokens per request". */
  readonly maxConcurrency: number;
  /** "GPU KV cache size: N tokens", as this release means it. */
  readonly kvCacheTokensLogged: number;
  /** Most sequences that `--max-num-seqs` may allow. */
  readonly maxNumSeqsLimit: number;
}

/** Those that a choice of slots and of a step's tokens leaves as they are. */
export type EngineInput = Omit<BudgetInput, 'maxNumSeqs' | 'maxNumBatchedTokens'>;

/**
 * How vLLM divides one GPU at start-up: requested = total x utilisation, and KV is what weights, the profiled peak,
 * graphs (from 0.20) and everything else leave (`gpu_worker.py determine_available_memory`). Null when the
 * checkpoint's size is unknown and the KV cache is not fixed.
 */
export const memoryBudget = (input: BudgetInput): MemoryBudget | null =>
  memoryBudgets(input)(input.maxNumSeqs, input.maxNumBatchedTokens);

/** The same by slots and tokens of a step; what depends on neither is computed once. */
export function memoryBudgets(
  input: EngineInput,
): (maxNumSeqs: number, maxNumBatchedTokens: number) => MemoryBudget | null {
  const { architecture, layout, adapters = null, release = LATEST_RELEASE, fixedKvCacheGiB = null } = input;
  const stages: StageParts[] = [];
  for (const stage of pipelineStages(architecture, layout)) {
    const weightsGiB = stageWeightsGiB(input, release, stage);
    if (weightsGiB === null && fixedKvCacheGiB === null) return () => null;
    stages.push({
      stage,
      weightsGiB: weightsGiB ?? Number.NaN,
      adaptersGiB: adapters === null ? 0 : adapterBytesOnStage(architecture, layout, stage, adapters) / GIB,
      pool: stagePool(input, release, stage),
    });
  }
  return (maxNumSeqs, maxNumBatchedTokens) =>
    worstStage({ ...input, maxNumSeqs, maxNumBatchedTokens }, release, stages);
}

/** What a stage holds however many slots there are. */
interface StageParts {
  readonly stage: PipelineStage;
  readonly weightsGiB: number;
  readonly adaptersGiB: number;
  readonly pool: PoolLayout;
}

function worstStage(input: BudgetInput, release: Release, stages: readonly StageParts[]): MemoryBudget {
  let worst: StageBudget | null = null;
  for (const parts of stages) {
    const budget = stageBudget(input, release, parts);
    if (
      worst === null ||
      budget.blocks < worst.blocks ||
      (budget.blocks === worst.blocks && budget.kvCacheGiB < worst.kvCacheGiB)
    )
      worst = budget;
  }
  if (worst === null) throw new Error('a pipeline has at least one stage');

  const { pool, blocks } = worst;
  const perSequence = blocksPerSequence(pool, input.maxModelLen);
  const maxConcurrency = blocks / perSequence;
  const reasons = startupProblems(input, release, worst, contextGiB(input.layout));
  return {
    fits: reasons.length === 0,
    reasons,
    weightsGiB: worst.weightsGiB,
    adaptersGiB: worst.adaptersGiB,
    peakActivationGiB: worst.peakActivationGiB,
    cudaGraphGiB: worst.cudaGraphGiB,
    otherGiB: worst.otherGiB,
    marginGiB: worst.marginGiB,
    kvCacheGiB: Math.max(0, worst.kvCacheGiB),
    pool,
    poolBlocks: blocks,
    blocksPerMaxLenSequence: perSequence,
    maxConcurrency,
    kvCacheTokensLogged: tokensLogged(release, pool, blocks, maxConcurrency, input.maxModelLen),
    maxNumSeqsLimit: blocks,
  };
}

/** One stage's share of the budget; `kvCacheGiB` is negative by what is missing. */
export interface StageBudget {
  readonly weightsGiB: number;
  readonly adaptersGiB: number;
  readonly peakActivationGiB: number;
  readonly cudaGraphGiB: number;
  readonly otherGiB: number;
  readonly marginGiB: number;
  readonly kvCacheGiB: number;
  readonly requestedGiB: number;
  readonly pool: PoolLayout;
  readonly blocks: number;
}

/** Weights of a stage, or null when the checkpoint's size is unknown. */
function stageWeightsGiB(input: EngineInput, release: Release, stage: PipelineStage): number | null {
  const { architecture, layout, mtpTokens, vision } = input;
  const load = { mtp: mtpTokens > 0, vision, visionOnEveryStage: release.visionTowerOnEveryPipelineRank };
  const weights = weightBytesOnStage(architecture, input.checkpoint, layout, stage, load);
  return weights === null ? null : (weights + ropeCacheBytes(release, input.maxModelLen)) / GIB;
}

function stageBudget(input: BudgetInput, release: Release, parts: StageParts): StageBudget {
  const { architecture, layout, mtpTokens, vision, computeCapability = null, fixedKvCacheGiB = null } = input;
  const { stage, weightsGiB, adaptersGiB, pool } = parts;
  const work: WorkInput = {
    architecture,
    checkpoint: input.checkpoint.key,
    layout,
    stage,
    release,
    computeCapability,
    mtpTokens,
    vision,
    maxNumSeqs: input.maxNumSeqs,
    maxNumBatchedTokens: input.maxNumBatchedTokens,
    adapters: (input.adapters ?? null) !== null,
  };
  const peak = peakActivationGiB(work);
  const graphs = cudaGraphGiB(work);
  const other = otherGiB(work);
  const requestedGiB = input.usableGiB * input.gpuMemoryUtilization;
  // Before 0.20 graphs were captured on top of the ceiling, so they come out of the margin.
  const [insideGraphs, outsideGraphs] = release.cudaGraphMemorySubtracted ? [graphs, 0] : [0, graphs];
  const left = requestedGiB - weightsGiB - adaptersGiB - peak - insideGraphs - other;
  const kvCacheGiB = fixedKvCacheGiB ?? left;
  return {
    weightsGiB,
    adaptersGiB,
    peakActivationGiB: peak,
    cudaGraphGiB: graphs,
    otherGiB: other,
    marginGiB:
      input.usableGiB -
      requestedGiB -
      outsideGraphs +
      (fixedKvCacheGiB === null ? 0 : left - fixedKvCacheGiB),
    kvCacheGiB,
    requestedGiB,
    pool,
    blocks: poolBlocks(pool, kvCacheGiB * GIB),
  };
}

function stagePool(input: EngineInput, release: Release, stage: PipelineStage): PoolLayout {
  const { mtpTokens, computeCapability = null, gdnPrefillBackend = 'auto' } = input;
  const attentionLayers = stage.fullAttentionLayers + (stage.last && mtpTokens > 0 ? 1 : 0);
  const options: PoolOptions = {
    tensorParallel: input.layout.tensorParallel,
    kvCacheDtype: input.kvCacheDtype,
    ssmCacheDtype: input.ssmCacheDtype,
    prefixCaching: input.prefixCaching,
    mtpTokens,
    userBlockSize: input.userBlockSize ?? null,
    layersPerGroup: Math.max(attentionLayers, stage.gdnLayersPerGroup),
  };
  return poolLayout(
    input.architecture,
    options,
    blockRules({ release, computeCapability, gdnPrefillBackend }),
  );
}

function tokensLogged(
  release: Release,
  pool: PoolLayout,
  blocks: number,
  concurrency: number,
  maxModelLen: number,
): number {
  if (release.kvTokenLogMeaning === 'concurrency') return Math.floor(concurrency * maxModelLen);
  return Math.floor(blocks / pool.groups) * pool.blockTokens;
}
