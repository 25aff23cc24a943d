const ITERATIONS = 40;
const CONVERGED = 3e-5;

/**
 * Where a function that falls from above 0 at 0 crosses it, to within 0.003% of what it then returns, or `high` where it
 * does not: false position (Illinois), with a halving now and then for where it is steep.
 * @param of a value near 0 is small beside x
 */
export function fallingRoot(of: (x: number) => number, high: number): number {
  let right = high;
  let atRight = of(right);
  if (!(atRight < 0)) return high;
  let left = 0;
  let atLeft = high;
  let x = high;
  for (let i = 0; i < ITERATIONS && right - left > CONVERGED * CONVERGED * right; i++) {
    x = i % 4 === 3 ? (left + right) / 2 : (left * atRight - right * atLeft) / (atRight - atLeft);
    const at = of(x);
    if (Math.abs(at) < CONVERGED * x) return x;
    if (at < 0) {
      right = x;
      atRight = at;
      atLeft /= 2;
    } else {
      left = x;
      atLeft = at;
      atRight /= 2;
    }
  }
  return x;
}
