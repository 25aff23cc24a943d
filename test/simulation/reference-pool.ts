import type { KvGeometry } from '../../src/simulation/kv-cache';

/** One physical block; `hashes` empty while its content is not cached. */
export interface Block {
  references: number;
  hash: string | null;
  step: number;
}
type Slot = Block | null;

interface Table {
  attention: Block[];
  named: number;
  /** Per GDN group: a slot per block index, null where no state is kept, then the draft blocks. */
  states: Slot[][];
  lastState: (number | null)[];
  allocated: boolean;
}

export interface ReferenceRequest {
  readonly id: number;
  readonly input: number;
  readonly output: number;
  readonly prefixId: number;
  readonly shared: number;
}

/**
 * vLLM's managers written down plainly: lists of block objects, one call per request and step, nothing remembered
 * that could be looked up (v1/core/block_pool.py, single_type_kv_cache_manager.py `MambaManager` and
 * `FullAttentionManager` of 0.33.0). Slow; only what the fast cache is compared with.
 */
export class ReferencePool {
  private readonly free: Block[];
  private readonly cached = new Map<string, Block>();
  private readonly tables = new Map<number, Table>();
  step = 0;

  constructor(private readonly g: KvGeometry) {
    this.free = Array.from({ length: g.usableBlocks }, () => ({ references: 0, hash: null, step: 0 }));
  }

  get used(): number {
    return this.g.usableBlocks - this.free.length;
  }

  lookup(r: ReferenceRequest, total: number): { tokens: number; junction: number; pending: boolean } {
    if (!this.g.aligned) return { tokens: 0, junction: 0, pending: false };
    const most = Math.floor((total - 1) / this.g.blockTokens);
    let attention = 0;
    while (attention < most && this.cached.has(this.hash(r, attention, 0))) attention++;
    let hit = attention;
    while (hit > 0 && !this.groups().every((group) => this.cached.has(this.hash(r, hit - 1, group)))) hit--;
    return {
      tokens: hit * this.g.blockTokens,
      junction: attention > hit ? attention * this.g.blockTokens : 0,
      pending: hit > 0 && this.cached.get(this.hash(r, hit - 1, 1))!.step === this.step,
    };
  }

  /** `allocate_slots`; `whole` is the length that must fit at admission, 0 for running requests. */
  allocate(r: ReferenceRequest, hitTokens: number, tokens: number, final: number, whole: number): boolean {
    const { blockTokens: size, mtpTokens } = this.g;
    const hitBlocks = hitTokens / size;
    const known = this.tables.get(r.id);
    if (known) this.removeSkipped(known, final);
    const hitAttention = known
      ? []
      : Array.from({ length: hitBlocks }, (_, i) => this.cached.get(this.hash(r, i, 0))!);
    const hitStates =
      known || hitBlocks === 0
        ? []
        : this.groups().map((group) => this.cached.get(this.hash(r, hitBlocks - 1, group))!);
    const evictable = [...hitAttention, ...hitStates].filter((block) => block.references === 0).length;
    const table: Table = known ?? {
      attention: [],
      named: 0,
      states: this.groups().map(() => []),
      lastState: this.groups().map(() => null),
      allocated: false,
    };
    const need = (slots: number, main: number): number => {
      const attention = Math.max(0, Math.ceil(slots / size) - Math.max(table.attention.length, hitBlocks));
      return attention + this.groups().length * this.statesNeeded(table, main, hitBlocks) + evictable;
    };
    if (whole > 0 && need(whole, whole) > this.free.length) return false;
    if (need(tokens + mtpTokens, tokens) > this.free.length) return false;
    if (!known) {
      this.tables.set(r.id, table);
      for (const block of [...hitAttention, ...hitStates]) this.touch(block);
      table.attention.push(...hitAttention);
      table.named = hitBlocks;
      hitStates.forEach((block, i) => {
        table.states[i]!.push(...Array.from({ length: hitBlocks - 1 }, () => null), block);
      });
    }
    while (table.attention.length < Math.ceil((tokens + mtpTokens) / size)) table.attention.push(this.take());
    this.groups().forEach((_, i) => {
      this.addStates(table, i, tokens);
    });
    table.allocated = true;
    return true;
  }

  /** `cache_blocks`: after the chunk is scheduled, up to its final tokens. */
  cache(r: ReferenceRequest, final: number, junction: number): void {
    if (!this.g.aligned) return;
    const table = this.tables.get(r.id)!;
    const size = this.g.blockTokens;
    for (; table.named < Math.min(Math.floor(final / size), table.attention.length); table.named++) {
      this.name(table.attention[table.named]!, this.hash(r, table.named, 0));
    }
    const reachable = Math.floor((r.input - 1) / size) * size;
    if (final === 0 || final % size !== 0 || (final !== reachable && final !== junction)) return;
    this.groups().forEach((group, i) => {
      const block = table.states[i]![final / size - 1];
      if (block) this.name(block, this.hash(r, final / size - 1, group));
    });
  }

  release(r: ReferenceRequest, final: number): void {
    const table = this.tables.get(r.id)!;
    this.tables.delete(r.id);
    if (this.g.aligned) {
      for (
        ;
        table.named < Math.min(Math.floor(final / this.g.blockTokens), table.attention.length);
        table.named++
      ) {
        this.name(table.attention[table.named]!, this.hash(r, table.named, 0));
      }
    }
    for (const blocks of [table.attention, ...table.states])
      for (const block of [...blocks].reverse()) this.put(block);
  }

  private statesNeeded(table: Table, main: number, hitBlocks: number): number {
    const drafts = this.g.mtpTokens;
    if (!this.g.aligned) return table.allocated ? 0 : 1 + drafts;
    const missing =
      Math.ceil(main / this.g.blockTokens) +
      drafts -
      hitBlocks * (table.allocated ? 0 : 1) -
      table.states[0]!.length;
    return Math.max(0, Math.min(missing, table.allocated ? 1 : 1 + drafts));
  }

  private addStates(table: Table, group: number, main: number): void {
    const blocks = table.states[group]!;
    const drafts = this.g.mtpTokens;
    if (!this.g.aligned) {
      while (blocks.length < 1 + drafts) blocks.push(this.take());
      return;
    }
    const required = Math.ceil(main / this.g.blockTokens) + drafts;
    if (required <= blocks.length) return;
    const before = blocks.length;
    if (table.allocated) table.lastState[group] = before - 1 - drafts;
    else if (before > 0) table.lastState[group] = before - 1;
    const skipped = required - drafts - 1;
    while (blocks.length < skipped) blocks.push(null);
    if (table.allocated) {
      for (let i = before - drafts; i < before && i < skipped; i++) {
        blocks.push(blocks[i]!);
        blocks[i] = null;
      }
    }
    while (blocks.length < required) blocks.push(this.take());
  }

  private removeSkipped(table: Table, processed: number): void {
    if (!this.g.aligned) return;
    const size = this.g.blockTokens;
    table.states.forEach((blocks, group) => {
      const clear = (index: number): void => {
        const block = blocks[index];
        if (block) this.put(block);
        blocks[index] = null;
      };
      for (let i = Math.min(Math.floor((processed - 1) / size), blocks.length) - 1; i >= 0; i--) clear(i);
      const last = table.lastState[group];
      if (last !== null && last !== undefined && last < Math.ceil(processed / size) - 1) clear(last);
    });
  }

  private take(): Block {
    const block = this.free.shift()!;
    if (block.hash !== null && this.cached.get(block.hash) === block) this.cached.delete(block.hash);
    block.hash = null;
    block.references = 1;
    return block;
  }

  private put(block: Slot): void {
    if (block === null || --block.references > 0) return;
    if (block.hash === null) this.free.unshift(block);
    else this.free.push(block);
  }

  private touch(block: Block): void {
    if (block.references++ === 0) this.free.splice(this.free.indexOf(block), 1);
  }

  private name(block: Block, hash: string): void {
    if (block.hash !== null) return;
    block.hash = hash;
    block.step = this.step;
    if (!this.cached.has(hash)) this.cached.set(hash, block);
  }

  private groups(): number[] {
    return Array.from({ length: this.g.stateGroups }, (_, i) => i + 1);
  }

  private hash(r: ReferenceRequest, index: number, group: number): string {
    const shared = r.prefixId >= 0 && (index + 1) * this.g.blockTokens <= r.shared;
    return `${shared ? `prefix ${r.prefixId}` : `request ${r.id}`} block ${index} group ${group}`;
  }
}
