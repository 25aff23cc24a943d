/** What a scheduler keeps about each request it has seen, a column per attribute. */
export class Sequences {
  /** Place in the order of admission; -1 while not running. */
  readonly order: Float64Array;
  /** Tokens computed while prefilling, cache hits included. */
  readonly computed: Int32Array;
  /** Tokens to compute before the next output token. */
  readonly total: Int32Array;
  readonly junction: Int32Array;
  /** Steps the engine had done when the sequence began to decode; NaN while it does not. */
  readonly decodeStart: Float64Array;
  /** Steps the engine will have done when it ends. */
  readonly finishStep: Float64Array;
  /** Steps after which it needs attention next: blocks, or its end. */
  readonly dueStep: Float64Array;
  /** When its last token came; kept only across a preemption. */
  readonly lastTokenSeconds: Map<number, number> = new Map();

  constructor(count: number) {
    this.order = new Float64Array(count).fill(-1);
    this.computed = new Int32Array(count);
    this.total = new Int32Array(count);
    this.junction = new Int32Array(count);
    this.decodeStart = new Float64Array(count).fill(Number.NaN);
    this.finishStep = new Float64Array(count);
    this.dueStep = new Float64Array(count);
  }

  isDecoding(request: number): boolean {
    return !Number.isNaN(this.decodeStart[request]!);
  }

  /** The request no longer runs. */
  leave(request: number): void {
    this.order[request] = -1;
    this.dueStep[request] = -1;
    this.decodeStart[request] = Number.NaN;
  }
}
