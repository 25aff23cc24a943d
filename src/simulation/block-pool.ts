/** Blocks whose content no later request can ask for carry this key. */
const NO_KEY = 0;

/**
 * Physical blocks with reference counts, a free queue in eviction order, and an index of what they hold. Freed blocks
 * with content go to the queue's tail and stay findable until they are handed out again; blocks without go to its
 * head. vLLM 0.33.0 v1/core/block_pool.py:706-850 `get_new_blocks`, `touch`, `free_blocks`.
 */
export class BlockPool {
  freeBlocks: number;
  private readonly references: Int32Array;
  private readonly keys: Float64Array;
  private readonly cachedInStep: Float64Array;
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly index = new Map<number, number>();
  private readonly sentinel: number;

  constructor(readonly blocks: number) {
    this.freeBlocks = blocks;
    this.references = new Int32Array(blocks);
    this.keys = new Float64Array(blocks);
    this.cachedInStep = new Float64Array(blocks);
    this.sentinel = blocks;
    this.next = new Int32Array(blocks + 1);
    this.previous = new Int32Array(blocks + 1);
    for (let block = 0; block < blocks; block++) {
      this.next[block] = block + 1;
      this.previous[block + 1] = block;
    }
    this.next[blocks] = 0;
    this.previous[0] = blocks;
  }

  /** Takes the first free block; whatever it held is forgotten. */
  allocate(): number {
    const block = this.next[this.sentinel]!;
    this.unlink(block);
    this.freeBlocks--;
    const key = this.keys[block]!;
    if (key !== NO_KEY && this.index.get(key) === block) this.index.delete(key);
    this.keys[block] = NO_KEY;
    this.references[block] = 1;
    return block;
  }

  /** One reference less; without any left the block is free. */
  free(block: number): void {
    const left = this.references[block]! - 1;
    this.references[block] = left;
    if (left > 0) return;
    this.freeBlocks++;
    this.link(block, this.keys[block] === NO_KEY ? this.next[this.sentinel]! : this.sentinel);
  }

  /** One reference more; a free block leaves the queue. */
  touch(block: number): void {
    if (this.references[block] === 0) {
      this.unlink(block);
      this.freeBlocks--;
    }
    this.references[block] = this.references[block]! + 1;
  }

  /**
   * Names what a block holds (key > 0); an equal block that is already there stays the one that is found.
   * @param sought whether anybody may look for it before it is `publish`ed
   */
  name(block: number, key: number, step: number, sought: boolean): void {
    if (this.keys[block] !== NO_KEY) return;
    this.keys[block] = key;
    this.cachedInStep[block] = step;
    if (sought) this.publish(block);
  }

  /** From now on a named block can be found. */
  publish(block: number): void {
    const key = this.keys[block]!;
    if (!this.index.has(key)) this.index.set(key, block);
  }

  find(key: number): number | undefined {
    return this.index.get(key);
  }

  isFree(block: number): boolean {
    return this.references[block] === 0;
  }

  /** Step in which the block got its name. */
  namedInStep(block: number): number {
    return this.cachedInStep[block]!;
  }

  private unlink(block: number): void {
    const before = this.previous[block]!;
    const after = this.next[block]!;
    this.next[before] = after;
    this.previous[after] = before;
  }

  private link(block: number, after: number): void {
    const before = this.previous[after]!;
    this.next[before] = block;
    this.previous[block] = before;
    this.next[block] = after;
    this.previous[after] = block;
  }
}
