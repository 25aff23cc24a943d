/** Geometry of one replica's block pool, as the scheduler sees it. */
export interface KvGeometry {
  /** Blocks that can be handed out: the pool without vLLM's null block. */
  readonly usableBlocks: number;
  readonly blockTokens: number;
  /** Cache groups of GDN layers (3 in the Qwen3.5 family). */
  readonly stateGroups: number;
  /** Draft tokens per step. */
  readonly mtpTokens: number;
  /** Cache mode "align" (prefix caching on): a GDN state per block reached; else one state for the whole sequence. */
  readonly aligned: boolean;
}

/** A chunk or decode step that needs room. */
export interface Room {
  /** Tokens that earlier steps computed. */
  readonly processedTokens: number;
  /** Tokens of the sequence once the step is done, drafts included. */
  readonly tokens: number;
  /** Tokens that are final then: what prefix caching may offer to others. */
  readonly finalTokens: number;
  /** The chunk saves one more GDN state (FlashInfer). */
  readonly checkpoint: boolean;
}

/** What of a prompt is cached when it is about to be admitted. */
export interface PrefixHit {
  tokens: number;
  /** Where the cached attention blocks end, when the GDN states end before; else 0. */
  junction: number;
  /** The hit is being computed in this very step: vLLM schedules nothing more until the next. */
  pending: boolean;
}

/**
 * The block pool of one replica: which requests hold how many blocks. Blocks are claimed in the order and number of
 * vLLM 0.33.0 `KVCacheManager.allocate_slots` (v1/core/kv_cache_manager.py:308).
 */
export interface KvCache {
  readonly usedBlocks: number;
  /** Called at the start of every scheduling step. */
  beginStep(): void;
  lookup(request: number, totalTokens: number): PrefixHit;
  /**
   * Room for the first chunk of a waiting request. Refused unless the whole sequence so far would fit
   * (`scheduler_reserve_full_isl`, default on).
   */
  admit(request: number, totalTokens: number, wholeCheckpoint: boolean, room: Room): boolean;
  /** Room for a further chunk or decode step. */
  grow(request: number, room: Room): boolean;
  /** Computed tokens from which the next decode step needs `grow` again. */
  growsAt(request: number): number;
  /** Gives all blocks back; `finalTokens` of the sequence stay cached while nobody needs the room. */
  release(request: number, finalTokens: number): void;
  /** The same for a request that comes back for them. */
  preempt(request: number, finalTokens: number): void;
}

/** Sets of GDN states (one block per group each) that a sequence needs while it decodes. */
export const stateSets = (geometry: KvGeometry): number => 1 + geometry.mtpTokens;

/** Most blocks a sequence of this length ever holds. */
export function peakBlocks(geometry: KvGeometry, tokens: number, internalCheckpoints: boolean): number {
  const extraSets = geometry.aligned ? (internalCheckpoints ? 2 : 1) : 0;
  const attention = Math.ceil((tokens + 2 * geometry.mtpTokens) / geometry.blockTokens);
  return attention + geometry.stateGroups * (stateSets(geometry) + extraSets);
}
