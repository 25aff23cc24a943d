import { type Architecture, FAMILY } from '../models/architecture';
import type { Checkpoint } from '../models/checkpoints';
import type { Layout } from './layout';
import { blocksPerSequence, type KvCacheDtype, type PoolLayout, poolBlocks, poolLayout, type SsmCacheDtype } from './pool';
import { weightBytesPerGpu } from './weights';

export const GIB = 2 ** 30;

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
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
}

export interface MemoryBudget {
  readonly fits: boolean;
  /** Why it does not fit; empty when it does. */
  readonly reasons: readonly string[];
  readonly weightsGiB: number;
  readonly peakActivationGiB: number;
  readonly cudaGraphGiB: number;
  readonly otherGiB: number;
  /** Outside vLLM's ceiling: room for what allocates late (Triton autotune, FlashInfer workspaces). */
  readonly marginGiB: number;
  readonly kvCacheGiB: number;
  readonly pool: PoolLayout;
  readonly poolBlocks: number;
  readonly blocksPerMaxLenSequence: number;
  readonly maxConcurrency: number;
}

/** One sampler pair in the logs: 256 -> 8 sequences freed 0.67 GiB, so 11.7 bytes per logit (qwen35.md section 5). */
const SAMPLER_BYTES_PER_LOGIT = 11.7;
/** Share by which the profiled forward exceeds its widest tensors; bounds the logged peaks from above. */
const ACTIVATION_SLACK = 1.5;
/** CUDA context growth, NCCL and allocator rounding per GPU: 0.13 to 0.45 GiB in the logs. */
const NON_TORCH_GIB = 0.45;
const VISION_PROFILE_GIB = 1.9;

/** Widest tensors alive per token in a profiled forward, elements on one GPU. */
function activationElements(a: Architecture, tp: number): number {
  const { headDim, linearHeadDim } = FAMILY;
  const ffn = a.moe
    ? a.moe.activeExperts * ((3 * a.moe.expertSize) / tp + a.hiddenSize) + (3 * a.moe.sharedExpertSize) / tp
    : (3 * (a.denseFfnSize ?? 0)) / tp;
  const gdn = (4 * (a.linearKeyHeads + a.linearValueHeads) * linearHeadDim) / tp;
  const attention = ((3 * a.attentionHeads + 2 * a.kvHeads) * headDim) / tp;
  return ffn + Math.max(gdn, attention) + 4 * a.hiddenSize;
}

function peakActivationGiB(input: BudgetInput): number {
  const forward =
    (input.maxNumBatchedTokens * activationElements(input.architecture, input.layout.tensorParallel) * 2 * ACTIVATION_SLACK) / GIB;
  const sampler = (SAMPLER_BYTES_PER_LOGIT * FAMILY.vocabSize * input.maxNumSeqs) / GIB;
  return Math.max(forward, sampler) + 0.3 * Math.min(forward, sampler) + (input.vision ? VISION_PROFILE_GIB : 0);
}

/** CUDA graphs grow with the captured batch sizes (up to 512) and the layers; 0.24 to 1.34 GiB in the logs. */
function cudaGraphGiB(input: BudgetInput): number {
  const captured = Math.min(512, 2 * input.maxNumSeqs);
  return 0.25 + (captured / 512) * (input.architecture.layers / 40);
}

/**
 * How vLLM divides one GPU at start-up: requested = total x utilisation, and KV is what weights, the profiled peak,
 * graphs and everything else leave. Null when the checkpoint's size is unknown.
 */
export function memoryBudget(input: BudgetInput): MemoryBudget | null {
  const { architecture, checkpoint, layout } = input;
  const weights = weightBytesPerGpu(architecture, checkpoint, layout, { mtp: input.mtpTokens > 0, vision: input.vision });
  if (weights === null) return null;
  const pool = poolLayout(architecture, {
    tensorParallel: layout.tensorParallel,
    kvCacheDtype: input.kvCacheDtype,
    ssmCacheDtype: input.ssmCacheDtype,
    prefixCaching: input.prefixCaching,
    mtpTokens: input.mtpTokens,
  });
  const requestedGiB = input.usableGiB * input.gpuMemoryUtilization;
  const weightsGiB = weights / GIB;
  const peak = peakActivationGiB(input);
  const graphs = cudaGraphGiB(input);
  const kvCacheGiB = requestedGiB - weightsGiB - peak - graphs - NON_TORCH_GIB;
  const blocks = poolBlocks(pool, kvCacheGiB * GIB);
  const perSequence = blocksPerSequence(pool, input.maxModelLen);

  const reasons: string[] = [];
  if (kvCacheGiB <= 0) {
    reasons.push(`weights ${weightsGiB.toFixed(1)} GiB and work space leave no KV cache in ${requestedGiB.toFixed(1)} GiB`);
  } else if (blocks < perSequence + 1) {
    reasons.push(
      `one sequence of ${input.maxModelLen} tokens needs ${((perSequence * pool.poolBlockBytes) / GIB).toFixed(1)} GiB of KV, ${kvCacheGiB.toFixed(1)} GiB are left`,
    );
  } else if (blocks < input.maxNumSeqs) {
    reasons.push(`max-num-seqs ${input.maxNumSeqs} exceeds the ${blocks} blocks of the pool`);
  }
  return {
    fits: reasons.length === 0,
    reasons,
    weightsGiB,
    peakActivationGiB: peak,
    cudaGraphGiB: graphs,
    otherGiB: NON_TORCH_GIB,
    marginGiB: input.usableGiB - requestedGiB,
    kvCacheGiB: Math.max(0, kvCacheGiB),
    pool,
    poolBlocks: blocks,
    blocksPerMaxLenSequence: perSequence,
    maxConcurrency: blocks / perSequence,
  };
}
