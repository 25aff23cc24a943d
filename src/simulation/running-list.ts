import type { Sequences } from './sequences';

/** Running requests in order of admission. Ended ones stay in the list until it is half empty, then are swept out. */
export class RunningList {
  private entries: { request: number; order: number }[] = [];
  private admitted = 0;

  constructor(private readonly sequences: Sequences) {}

  push(request: number): void {
    const order = this.admitted++;
    this.sequences.order[request] = order;
    this.entries.push({ request, order });
    if (this.entries.length >= this.sweepAt) this.sweep();
  }

  /** Takes out the request admitted last. */
  popLast(): number {
    for (;;) {
      const entry = this.entries.pop();
      if (entry === undefined) throw new Error('no running request to preempt');
      if (this.sequences.order[entry.request] === entry.order) return entry.request;
    }
  }

  private sweepAt = 128;

  private sweep(): void {
    this.entries = this.entries.filter(({ request, order }) => this.sequences.order[request] === order);
    this.sweepAt = Math.max(128, 2 * this.entries.length);
  }
}
