import { type Architecture, FAMILY } from '../models/architecture';

export type KvCacheDtype = 'auto' | 'fp8';
export type SsmCacheDtype = 'auto' | 'float32' | 'float16' | 'bfloat16';

/** What decides the geometry of vLLM's shared block pool. */
export interface PoolOptions {
  readonly tensorParallel: number;
  readonly kvCacheDtype: KvCacheDtype;
  readonly ssmCacheDtype: SsmCacheDtype;
  readonly prefixCaching: boolean;
  /** Draft tokens per step; 0 without MTP. */
  readonly mtpTokens: number;
  /** `--block-size` given by the user; vLLM's default grain is 16. */
  readonly userBlockSize?: number;
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
  /** Blocks a sequence holds before its first token of KV. */
  readonly fixedBlocksPerSequence: number;
}

const DEFAULT_GRAIN_TOKENS = 16;
const BF16_BYTES = 2;
const ssmBytes = (dtype: SsmCacheDtype): number => (dtype === 'auto' || dtype === 'float32' ? 4 : 2);

/**
 * Geometry of the hybrid pool, as vLLM computes it at start-up: attention blocks grow until their page is at least
 * one GDN state, and both kinds share one pool. Source: qwen35.md section 4 (vLLM `_align_hybrid_block_size`,
 * `gated_delta_net_state_shape`, `kv_cache_utils.py`); 23 of 24 logs reproduced to the token.
 */
export function poolLayout(architecture: Architecture, options: PoolOptions): PoolLayout {
  const { tensorParallel: tp, mtpTokens } = options;
  const { headDim, linearHeadDim, convKernel } = FAMILY;
  const keySize = architecture.linearKeyHeads * linearHeadDim;
  const valueSize = architecture.linearValueHeads * linearHeadDim;

  const convBytes = ((2 * keySize + valueSize) / tp) * (convKernel - 1 + mtpTokens) * BF16_BYTES;
  const stateBytes =
    (architecture.linearValueHeads / tp) * linearHeadDim * linearHeadDim * ssmBytes(options.ssmCacheDtype);
  const gdnStateBytesPerLayer = convBytes + stateBytes;

  // KV heads are replicated, not split, once there are more GPUs than heads.
  const kvHeads = Math.max(1, architecture.kvHeads / tp);
  const kvBytes = options.kvCacheDtype === 'fp8' ? 1 : BF16_BYTES;
  const layerBytesPerToken = 2 * kvHeads * headDim * kvBytes;

  const grain = options.userBlockSize ?? DEFAULT_GRAIN_TOKENS;
  const blockTokens = grain * Math.ceil(gdnStateBytesPerLayer / (grain * layerBytesPerToken));
  const pageBytes = blockTokens * layerBytesPerToken;

  const groupLayers = architecture.fullAttentionLayers + (mtpTokens > 0 ? 1 : 0);
  const gdnGroups = Math.ceil(architecture.linearAttentionLayers / groupLayers);
  const statesPerGroup = (options.prefixCaching ? 2 : 1) + mtpTokens;
  return {
    blockTokens,
    pageBytes,
    poolBlockBytes: pageBytes * groupLayers,
    attentionBytesPerToken: layerBytesPerToken * groupLayers,
    gdnStateBytesPerLayer,
    fixedBlocksPerSequence: gdnGroups * statesPerGroup,
  };
}

/** Blocks a sequence of the given length holds. */
export function blocksPerSequence(layout: PoolLayout, tokens: number): number {
  return Math.ceil(tokens / layout.blockTokens) + layout.fixedBlocksPerSequence;
}

/** Blocks that a KV budget holds. */
export function poolBlocks(layout: PoolLayout, kvCacheBytes: number): number {
  return Math.max(0, Math.floor(kvCacheBytes / layout.poolBlockBytes));
}
