/**
 * How much longer than the 95th percentile the worst wait for a first token is taken to be. Waiting times in a queue fall off
 * exponentially beyond it (Kingman), and of an exponential tail ln(10^4) / ln(20) = 3.07 times the 95th percentile is what one
 * request in ten thousand exceeds.
 */
const WORST_OVER_P95 = 3;

/**
 * The longest that a stream is silent, seconds: until its first token. Above the pessimistic end of the prediction, and not
 * a bound: while a surge waits for new machines to start, a stream may wait longer, and its caller then gets 504.
 * @param ttftP95HighSeconds upper end of the predicted 95th percentile of TTFT
 */
export const worstTtftSeconds = (ttftP95HighSeconds: number): number =>
  Math.ceil(WORST_OVER_P95 * ttftP95HighSeconds);
