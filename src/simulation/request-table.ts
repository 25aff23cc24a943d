/**
 * Every request of a run, a column per attribute, so that a million requests cost about 100 bytes each and no
 * garbage. Times are seconds since the start of the run; NaN where something has not happened yet.
 */
export class RequestTable {
  readonly arrivalSeconds: Float64Array;
  readonly inputTokens: Int32Array;
  readonly outputTokens: Int32Array;
  /** Requests with the same id >= 0 begin with the same tokens, up to each one's `sharedTokens`. */
  readonly prefixId: Int32Array;
  readonly sharedTokens: Int32Array;
  /** First tokens of the prompt that an earlier turn left in the cache, whole blocks. */
  readonly historyTokens: Int32Array;
  /** The request that is sent once this one has ended (next turn, same client); -1 for none. */
  readonly nextRequest: Int32Array;

  readonly scheduledSeconds: Float64Array;
  readonly firstTokenSeconds: Float64Array;
  readonly finishSeconds: Float64Array;
  /** Output tokens that exist; kept when a request is preempted, since only their KV is lost. */
  readonly generatedTokens: Int32Array;

  constructor(readonly count: number) {
    this.arrivalSeconds = new Float64Array(count).fill(Number.NaN);
    this.inputTokens = new Int32Array(count);
    this.outputTokens = new Int32Array(count);
    this.prefixId = new Int32Array(count).fill(-1);
    this.sharedTokens = new Int32Array(count);
    this.historyTokens = new Int32Array(count);
    this.nextRequest = new Int32Array(count).fill(-1);
    this.scheduledSeconds = new Float64Array(count).fill(Number.NaN);
    this.firstTokenSeconds = new Float64Array(count).fill(Number.NaN);
    this.finishSeconds = new Float64Array(count).fill(Number.NaN);
    this.generatedTokens = new Int32Array(count);
  }
}
