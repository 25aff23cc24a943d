/**
 * Binary heap of (key, item) pairs, smallest key first, equal keys in order of insertion, so that a run is the same
 * every time. Grows as needed; no objects per entry.
 */
export class EventHeap {
  private keys = new Float64Array(64);
  private items = new Int32Array(64);
  private ranks = new Float64Array(64);
  private inserted = 0;
  size = 0;

  /** Smallest key; Infinity when empty. */
  get firstKey(): number {
    return this.size > 0 ? this.keys[0]! : Number.POSITIVE_INFINITY;
  }

  get firstItem(): number {
    return this.items[0]!;
  }

  push(key: number, item: number): void {
    if (this.size === this.keys.length) this.grow();
    const rank = this.inserted++;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.keys[parent]! <= key) break;
      this.move(parent, at);
      at = parent;
    }
    this.put(at, key, item, rank);
  }

  /** Removes the first pair and returns its item. */
  pop(): number {
    const first = this.items[0]!;
    const last = --this.size;
    const key = this.keys[last]!;
    const item = this.items[last]!;
    const rank = this.ranks[last]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && this.before(child + 1, child)) child++;
      if (key < this.keys[child]! || (key === this.keys[child]! && rank < this.ranks[child]!)) break;
      this.move(child, at);
      at = child;
    }
    this.put(at, key, item, rank);
    return first;
  }

  private before(a: number, b: number): boolean {
    const difference = this.keys[a]! - this.keys[b]!;
    return difference < 0 || (difference === 0 && this.ranks[a]! < this.ranks[b]!);
  }

  private move(from: number, to: number): void {
    this.put(to, this.keys[from]!, this.items[from]!, this.ranks[from]!);
  }

  private put(at: number, key: number, item: number, rank: number): void {
    this.keys[at] = key;
    this.items[at] = item;
    this.ranks[at] = rank;
  }

  private grow(): void {
    const widen = <T extends Float64Array | Int32Array>(old: T, wide: T): T => {
      wide.set(old);
      return wide;
    };
    const length = this.keys.length * 2;
    this.keys = widen(this.keys, new Float64Array(length));
    this.items = widen(this.items, new Int32Array(length));
    this.ranks = widen(this.ranks, new Float64Array(length));
  }
}
