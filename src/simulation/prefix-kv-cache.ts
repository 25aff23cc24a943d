import { BlockNames } from './block-names';
import { BlockPool } from './block-pool';
import { type KvCache, type KvGeometry, type PrefixHit, type Room, stateSets } from './kv-cache';
import type { RequestTable } from './request-table';

/** Blocks of one running request. */
interface Holding {
  readonly attention: number[];
  /** Attention blocks that already carry a name. */
  named: number;
  /** Running GDN states, one per group. */
  states: number[];
  stateIndex: number;
  /** Where drafts keep theirs; never shared. */
  readonly drafts: number[];
  /** States left behind, given back once more than `spentAt` tokens are computed. */
  spent: number[];
  spentAt: number;
  junction: number;
}

/**
 * The pool with prefix caching: real blocks, found again by content, evicted least recently used. Hits are whole
 * blocks, need the attention blocks and a GDN state at the same boundary, and never hold a prompt's last token.
 * GDN states are kept at two places only: the last boundary below a prompt's end, and where a shared prefix was seen
 * to end (`prefix_cache_retention_interval` 0, default). vLLM 0.33.0 v1/core/single_type_kv_cache_manager.py:1549,
 * 1692, 1797; kv_cache_coordinator.py:65, 830-941; kv_cache_manager.py:236-297.
 */
export class PrefixKvCache implements KvCache {
  private readonly pool: BlockPool;
  private readonly names: BlockNames;
  private readonly holdings = new Map<number, Holding>();
  /** Only who was preempted looks for content that it shares with nobody. */
  private readonly preempted = new Set<number>();
  private readonly hit: PrefixHit = { tokens: 0, junction: 0, pending: false };
  private step = 0;

  constructor(
    private readonly geometry: KvGeometry,
    private readonly requests: RequestTable,
  ) {
    this.pool = new BlockPool(geometry.usableBlocks);
    this.names = new BlockNames(geometry, requests);
  }

  get usedBlocks(): number {
    return this.pool.blocks - this.pool.freeBlocks;
  }

  beginStep(): void {
    this.step++;
  }

  lookup(request: number, totalTokens: number): PrefixHit {
    const { blockTokens } = this.geometry;
    const { hit, pool } = this;
    const most = Math.floor((totalTokens - 1) / blockTokens);
    let attention = 0;
    while (attention < most && pool.find(this.names.of(request, attention, 0)) !== undefined) attention++;
    let blocks = attention;
    while (blocks > 0 && !this.hasStates(request, blocks)) blocks--;
    hit.tokens = blocks * blockTokens;
    hit.junction = attention > blocks ? attention * blockTokens : 0;
    hit.pending =
      blocks > 0 && pool.namedInStep(pool.find(this.names.of(request, blocks - 1, 1))!) === this.step;
    const history = this.requests.historyTokens[request]!;
    if (history > hit.tokens) {
      hit.tokens = Math.min(history, most * blockTokens);
      hit.junction = attention * blockTokens > hit.tokens ? attention * blockTokens : 0;
      hit.pending = false;
    }
    return hit;
  }

  private hasStates(request: number, blocks: number): boolean {
    for (let group = 1; group <= this.geometry.stateGroups; group++) {
      if (this.pool.find(this.names.of(request, blocks - 1, group)) === undefined) return false;
    }
    return true;
  }

  admit(request: number, totalTokens: number, wholeCheckpoint: boolean, room: Room): boolean {
    const { blockTokens, stateGroups, mtpTokens } = this.geometry;
    const { pool, hit } = this;
    const hitBlocks = hit.tokens / blockTokens;
    const attentionKeys: number[] = [];
    for (let i = 0; i < hitBlocks; i++) attentionKeys.push(this.names.of(request, i, 0));
    const stateKeys =
      hitBlocks > 0 ? this.groups((group) => this.names.of(request, hitBlocks - 1, group)) : [];
    let evictable = 0;
    for (const key of attentionKeys) if (this.takesFree(key)) evictable++;
    for (const key of stateKeys) if (this.takesFree(key)) evictable++;

    const besides = stateGroups * stateSets(this.geometry) + evictable - hitBlocks;
    const whole = Math.ceil(totalTokens / blockTokens) + besides + (wholeCheckpoint ? stateGroups : 0);
    const attention = Math.ceil((room.tokens + mtpTokens) / blockTokens);
    const needed = attention + besides + (room.checkpoint ? stateGroups : 0);
    if (Math.max(whole, needed) > pool.freeBlocks) return false;

    const hitAttention = this.takeFound(attentionKeys);
    const hitStates = this.takeFound(stateKeys);
    this.takeHistory(attentionKeys, hitAttention);
    this.takeHistory(stateKeys, hitStates);
    const holding: Holding = {
      attention: hitAttention,
      named: hitBlocks,
      states: [],
      stateIndex: Math.ceil(room.tokens / blockTokens),
      drafts: [],
      spent: hitStates,
      spentAt: hit.tokens,
      junction: hit.junction,
    };
    this.addAttention(holding, attention);
    if (room.checkpoint) this.spendCheckpoint(request, holding);
    holding.states = this.groups(() => pool.allocate());
    for (let i = 0; i < mtpTokens * stateGroups; i++) holding.drafts.push(pool.allocate());
    this.holdings.set(request, holding);
    this.nameBlocks(request, holding, room.finalTokens);
    return true;
  }

  /** Whether a hit takes a block from the free ones; so does history, whose turn was not simulated. */
  private takesFree(key: number): boolean {
    const block = this.pool.find(key);
    return block === undefined || this.pool.isFree(block);
  }

  /** Holds the blocks that are there, before others are allocated and evict them; -1 where there is none. */
  private takeFound(keys: readonly number[]): number[] {
    return keys.map((key) => {
      const block = this.pool.find(key) ?? -1;
      if (block >= 0) this.pool.touch(block);
      return block;
    });
  }

  /** Puts a block in place of each that an earlier turn left. */
  private takeHistory(keys: readonly number[], blocks: number[]): void {
    keys.forEach((key, i) => {
      if (blocks[i]! >= 0) return;
      blocks[i] = this.pool.allocate();
      this.pool.name(blocks[i]!, key, this.step, true);
    });
  }

  grow(request: number, room: Room): boolean {
    const { blockTokens, stateGroups, mtpTokens, aligned } = this.geometry;
    const holding = this.holdings.get(request)!;
    if (room.processedTokens > holding.spentAt) {
      this.freeAll(holding.spent);
      holding.spent = [];
    }
    const attention = Math.ceil((room.tokens + mtpTokens) / blockTokens);
    const stateIndex = Math.ceil(room.tokens / blockTokens);
    const newState = aligned && stateIndex > holding.stateIndex;
    const newSets = (newState ? 1 : 0) + (room.checkpoint ? 1 : 0);
    const needed = Math.max(attention - holding.attention.length, 0) + newSets * stateGroups;
    if (needed > this.pool.freeBlocks) return false;
    this.addAttention(holding, attention);
    if (newState) {
      holding.spent = holding.states;
      holding.spentAt = holding.stateIndex * blockTokens;
      if (room.checkpoint) this.spendCheckpoint(request, holding);
      holding.states = this.groups(() => this.pool.allocate());
      holding.stateIndex = stateIndex;
    }
    this.nameBlocks(request, holding, room.finalTokens);
    return true;
  }

  growsAt(request: number): number {
    const holding = this.holdings.get(request)!;
    const { blockTokens, mtpTokens } = this.geometry;
    const spent = holding.spent.length > 0 ? holding.spentAt + 1 : Number.POSITIVE_INFINITY;
    return Math.min(
      holding.attention.length * blockTokens - 2 * mtpTokens,
      holding.stateIndex * blockTokens - mtpTokens,
      spent,
    );
  }

  release(request: number, finalTokens: number): void {
    const holding = this.holdings.get(request)!;
    this.holdings.delete(request);
    this.nameAttention(request, holding, finalTokens);
    this.freeAll(holding.attention);
    this.freeAll(holding.spent);
    this.freeAll(holding.drafts);
    this.freeAll(holding.states);
  }

  preempt(request: number, finalTokens: number): void {
    const holding = this.holdings.get(request)!;
    this.nameAttention(request, holding, finalTokens);
    for (let i = 0; i < holding.named; i++) {
      if (!this.isSought(request, i)) this.pool.publish(holding.attention[i]!);
    }
    this.preempted.add(request);
    this.release(request, finalTokens);
  }

  /** A state of the last boundary below the prompt's end, saved from within the chunk; freed one step later. */
  private spendCheckpoint(request: number, holding: Holding): void {
    const boundary = Math.floor((this.requests.inputTokens[request]! - 1) / this.geometry.blockTokens);
    const blocks = this.groups(() => this.pool.allocate());
    blocks.forEach((block, i) => {
      this.pool.name(block, this.names.of(request, boundary - 1, i + 1), this.step, true);
    });
    holding.spent = [...holding.spent, ...blocks];
  }

  /** Names full blocks up to `finalTokens`, and the states when the chunk ends where they are worth keeping. */
  private nameBlocks(request: number, holding: Holding, finalTokens: number): void {
    const { blockTokens } = this.geometry;
    this.nameAttention(request, holding, finalTokens);
    if (finalTokens % blockTokens !== 0) return;
    const reachable = Math.floor((this.requests.inputTokens[request]! - 1) / blockTokens) * blockTokens;
    if (finalTokens !== reachable && finalTokens !== holding.junction) return;
    holding.states.forEach((block, i) => {
      this.pool.name(block, this.names.of(request, finalTokens / blockTokens - 1, i + 1), this.step, true);
    });
  }

  private nameAttention(request: number, holding: Holding, finalTokens: number): void {
    const full = Math.min(Math.floor(finalTokens / this.geometry.blockTokens), holding.attention.length);
    for (; holding.named < full; holding.named++) {
      const index = holding.named;
      const sought = this.isSought(request, index);
      this.pool.name(holding.attention[index]!, this.names.of(request, index, 0), this.step, sought);
    }
  }

  private addAttention(holding: Holding, blocks: number): void {
    while (holding.attention.length < blocks) holding.attention.push(this.pool.allocate());
  }

  private groups(make: (group: number) => number): number[] {
    const blocks: number[] = [];
    for (let group = 1; group <= this.geometry.stateGroups; group++) blocks.push(make(group));
    return blocks;
  }

  /** Tail first, so that the beginning of a sequence is evicted last. */
  private freeAll(blocks: readonly number[]): void {
    for (let i = blocks.length - 1; i >= 0; i--) this.pool.free(blocks[i]!);
  }

  private isSought(request: number, index: number): boolean {
    return this.names.isShared(request, index) || this.preempted.has(request);
  }
}
