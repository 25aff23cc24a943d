/**
 * How much longer than the pessimistic end of the 95th percentile the worst wait for a first token is taken to be. Prompts
 * of very different lengths give it a heavy tail: of 100,000 requests simulated at the load of a golden plan the worst waited
 * 1.8 (small-9b), 18 (tensor-parallel) and 20 times as long (data-parallel); `qwen-selfhost simulate --requests 100000 --seed 7`.
 */
const WORST_OVER_P95 = 20;

/**
 * The longest that a stream is silent, seconds: until its first token. Not a bound: while a surge waits for new machines to
 * start, a stream may wait longer, and its caller then gets 504. A long time-out costs nothing but that dead connections stay.
 * @param ttftP95HighSeconds upper end of the predicted 95th percentile of TTFT
 */
export const worstTtftSeconds = (ttftP95HighSeconds: number): number =>
  Math.ceil(WORST_OVER_P95 * ttftP95HighSeconds);
