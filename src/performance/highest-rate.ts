/** Requests per second of one rank at which an engine is as good as idle. */
export const IDLE_REQUESTS_PER_SECOND = 1e-3;
const HIGHEST_RATE = 1e5;
/** Leaves the rate within 0.3 percent: far inside the model's own error. */
const BISECTIONS = 9;

/**
 * Highest rate that an engine takes, requests per second of one rank: looked for upwards from idle, at which it must.
 * @param takes falls from true to false once as the rate rises
 */
export function highestRate(takes: (requestsPerSecond: number) => boolean): number {
  let good = IDLE_REQUESTS_PER_SECOND;
  let bad = good;
  let found = false;
  while (!found && bad < HIGHEST_RATE) {
    good = bad;
    bad *= 4;
    found = !takes(bad);
  }
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = Math.sqrt(good * bad);
    if (takes(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
