import { EventHeap } from './event-heap';
import type { Sequences } from './sequences';

/**
 * The steps after which sequences need attention: one that decodes is left alone until it ends or its next tokens need
 * blocks. Each has one such step at a time, `Sequences.dueStep`; what was noted before it is passed over.
 */
export class DueSteps {
  private readonly heap = new EventHeap();

  constructor(private readonly sequences: Sequences) {}

  /** Steps that are done when the first of them is due; Infinity when nobody is. */
  get first(): number {
    const { heap, sequences } = this;
    while (heap.size > 0 && sequences.dueStep[heap.firstItem] !== heap.firstKey) heap.pop();
    return heap.firstKey;
  }

  note(request: number, step: number): void {
    this.sequences.dueStep[request] = step;
    this.heap.push(step, request);
  }

  /** Takes out the request that is due first, as `first` has just told. */
  shift(): number {
    return this.heap.pop();
  }
}
