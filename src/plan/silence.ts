/**
 * How much longer than the pessimistic end of the 95th percentile the worst wait for a first token is taken to be. Prompts
 * of very different lengths give it a heavy tail: of 24 runs of 100,000 requests, the eight golden plans at their load with
 * three seeds each, the worst request of a run waited 1.4 to 21 times as long (`test/plan/silence.test.ts` has the worst
 * run). Twice that.
 */
export const WORST_OVER_P95 = 40;

/**
 * The longest that a stream is silent, seconds: until its first token. Not a bound: while a surge waits for new machines to
 * start, a stream may wait longer, and its caller then gets 504. A long time-out costs nothing but that dead connections stay.
 * @param ttftP95HighSeconds upper end of the predicted 95th percentile of TTFT
 */
export const worstTtftSeconds = (ttftP95HighSeconds: number): number =>
  Math.ceil(WORST_OVER_P95 * ttftP95HighSeconds);
