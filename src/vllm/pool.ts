import { type Architecture, FAMILY } from '../models/architecture';
import { type BlockRules, PLAIN_BLOCK_RULES } from './block-rules';

export const KV_CACHE_DTYPES = ['auto', 'fp8'] as const;
export type KvCacheDtype = (typeof KV_CACHE_DTYPES)[number];
export const SSM_CACHE_DTYPES = ['auto', 'float32', 'float16', 'bfloat16'] as const;
export type SsmCacheDtype = (typeof SSM_CACHE_DTYPES)[number];

/** What decides the geometry of vLLM's shared block pool. */
export interface PoolOptions {
  readonly tensorParallel: number;
  readonly kvCacheDtype: KvCacheDtype;
  readonly ssmCacheDtype: SsmCacheDtype;
  readonly prefixCaching: boolean;
  /** Draft tokens per step; 0 without MTP. */
  readonly mtpTokens: number;
  /** `--block-size` given by the user; null leaves the block to vLLM. */
  readonly userBlockSize?: number | null;
  /** Layers of the largest cache group on this pipeline stage; all full-attention layers without stages. */
  readonly layersPerGroup?: number;
}

/** Geometry of the pool on one GPU; every size in bytes per GPU. */
export interface PoolLayout {
  /** "Setting attention block size to N tokens". */
  readonly blockTokens: number;
  /** One layer's page: attention block and (padded) GDN state share it. */
  readonly pageBytes: number;
  /** One pool block: a page for every layer of a group. */
  readonly poolBlockBytes: number;
  /** KV bytes one token adds over all full-attention layers. */
  readonly attentionBytesPerToken: number;
  readonly gdnStateBytesPerLayer: number;
  /** Cache groups: one of full-attention layers, the others of GDN layers. */
  readonly groups: number;
  /** Blocks a sequence holds before its first token of KV. */
  readonly fixedBlocksPerSequence: number;
}

const BF16_BYTES = 2;
const ssmBytes = (dtype: SsmCacheDtype): number => (dtype === 'auto' || dtype === 'float32' ? 4 : 2);

/** Bytes of one GDN layer's state on one GPU: convolution rows (one more per draft token) and the SSM matrix. */
function gdnStateBytes(a: Architecture, options: PoolOptions): number {
  const { linearHeadDim, convKernel } = FAMILY;
  const channels = (2 * a.linearKeyHeads + a.linearValueHeads) * linearHeadDim;
  const rows = convKernel - 1 + options.mtpTokens;
  const matrices = a.linearValueHeads * linearHeadDim * linearHeadDim;
  return (channels * rows * BF16_BYTES + matrices * ssmBytes(options.ssmCacheDtype)) / options.tensorParallel;
}

/** KV heads on one GPU: replicated, not split, once there are more GPUs than heads. */
const kvHeadsPerGpu = (a: Architecture, tensorParallel: number): number =>
  Math.max(1, Math.floor(a.kvHeads / tensorParallel));

/**
 * Geometry of the hybrid pool, as vLLM computes it at start-up: attention blocks grow until their page is at least
 * one GDN state, and both kinds share one pool. Source: vLLM `_align_hybrid_block_size`,
 * `gated_delta_net_state_shape`, `kv_cache_utils.py` (qwen35.md section 4: 23 of 24 logs reproduced to the token);
 * what changed between releases is in `BlockRules`.
 */
export function poolLayout(
  architecture: Architecture,
  options: PoolOptions,
  rules: BlockRules = PLAIN_BLOCK_RULES,
): PoolLayout {
  const { mtpTokens, prefixCaching, userBlockSize = null } = options;
  const gdnStateBytesPerLayer = gdnStateBytes(architecture, options);
  const kvBytes = options.kvCacheDtype === 'fp8' ? 1 : BF16_BYTES;
  const layerBytesPerToken =
    2 * kvHeadsPerGpu(architecture, options.tensorParallel) * FAMILY.headDim * kvBytes;

  let grain = rules.alignmentTokens;
  if (userBlockSize !== null && rules.userBlockSize === 'grain') grain = Math.max(grain, userBlockSize);
  if (prefixCaching) grain = leastCommonMultiple(grain, rules.cachingAlignmentTokens);
  let blockTokens = grain * Math.ceil(gdnStateBytesPerLayer / (grain * layerBytesPerToken));
  if (userBlockSize !== null && rules.userBlockSize === 'floor')
    blockTokens = Math.max(blockTokens, userBlockSize);
  const pageBytes = blockTokens * layerBytesPerToken;

  // The draft layer is one more full-attention layer; GDN groups are as large as the attention group (3 always).
  const attentionLayers = architecture.fullAttentionLayers + (mtpTokens > 0 ? 1 : 0);
  const layersPerGroup = options.layersPerGroup ?? attentionLayers;
  const gdnGroups = Math.ceil(architecture.linearAttentionLayers / attentionLayers);
  const states = (prefixCaching ? 2 + rules.cachingExtraBlocksPerGroup : 1) + mtpTokens;
  return {
    blockTokens,
    pageBytes,
    poolBlockBytes: pageBytes * layersPerGroup,
    attentionBytesPerToken: layerBytesPerToken * layersPerGroup,
    gdnStateBytesPerLayer,
    groups: 1 + gdnGroups,
    fixedBlocksPerSequence: gdnGroups * states,
  };
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

/** Blocks a sequence of the given length holds. */
export function blocksPerSequence(layout: PoolLayout, tokens: number): number {
  return Math.ceil(tokens / layout.blockTokens) + layout.fixedBlocksPerSequence;
}

/** Blocks a sequence holds on average while it runs: GDN states beyond its own are held only when a block is crossed. */
export const runningBlocksPerSequence = (layout: PoolLayout, tokens: number, mtpTokens: number): number =>
  Math.ceil(tokens / layout.blockTokens) + (layout.groups - 1) * (1 + mtpTokens);

/**
 * Whether GDN prefill saves the state of a block boundary from within a chunk (FlashInfer): the layout then holds a
 * third set of states.
 */
export const savesStatesWithin = (layout: PoolLayout, mtpTokens: number): boolean =>
  layout.fixedBlocksPerSequence / (layout.groups - 1) > 2 + mtpTokens;

/** Blocks that a KV budget holds, the null block that vLLM never hands out included. */
export function poolBlocks(layout: PoolLayout, kvCacheBytes: number): number {
  return Math.max(0, Math.floor(kvCacheBytes / layout.poolBlockBytes));
}

/** Sequences of the given length that run at once: whole blocks, the null block held back. */
export function sequencesThatFit(layout: PoolLayout, blocks: number, tokens: number): number {
  return Math.max(0, Math.floor((blocks - 1) / blocksPerSequence(layout, tokens)));
}
