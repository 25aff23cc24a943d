/** A measured figure that shows one multiplier, held against the model. */
export interface Observation {
  /** Index of the multiplier that this figure shows most. */
  readonly shows: number;
  /** ln(measured / predicted) at these logarithms of the multipliers. */
  readonly error: (logMultipliers: readonly number[]) => number;
  readonly sd: number;
}

export interface Estimate {
  readonly logMultipliers: readonly number[];
  /** Posterior variance of each. */
  readonly variances: readonly number[];
  /** Error over sd of each observation, at the estimate. */
  readonly residuals: readonly number[];
}

const ITERATIONS = 25;
const STEP = 1e-4;
const CONVERGED = 1e-9;

/**
 * The most probable log-multipliers under a normal prior around 0: Gauss-Newton on the squared residuals of the
 * observations and of the prior. With one observation per multiplier that depends on it alone, this is the shrinkage
 * w = n tau^2 / (n tau^2 + sigma^2) of performance-model.md 9.5. A prior sd of 0 holds a multiplier at 1.
 */
export function mapEstimate(observations: readonly Observation[], priorSds: readonly number[]): Estimate {
  const free = priorSds.flatMap((sd, i) => (sd > 0 ? [i] : []));
  const x = priorSds.map(() => 0);
  const residualsAt = (at: readonly number[]): number[] =>
    observations.map(({ error, sd }) => error(at) / sd);
  const jacobianAt = (at: readonly number[]): number[][] =>
    free.map((i) => {
      const shifted = [...at];
      shifted[i] = at[i]! + STEP;
      const above = residualsAt(shifted);
      shifted[i] = at[i]! - STEP;
      const below = residualsAt(shifted);
      return above.map((value, j) => (value - below[j]!) / (2 * STEP));
    });
  const normalMatrix = (jacobian: readonly number[][]): number[][] =>
    free.map((i, a) =>
      free.map((_, b) => dot(jacobian[a]!, jacobian[b]!) + (a === b ? 1 / priorSds[i]! ** 2 : 0)),
    );
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const residuals = residualsAt(x);
    const jacobian = jacobianAt(x);
    const gradient = free.map((i, a) => dot(jacobian[a]!, residuals) + x[i]! / priorSds[i]! ** 2);
    const step = solve(normalMatrix(jacobian), gradient);
    free.forEach((i, a) => {
      x[i] = x[i]! - step[a]!;
    });
    if (Math.max(0, ...step.map(Math.abs)) < CONVERGED) break;
  }
  const matrix = normalMatrix(jacobianAt(x));
  const variances = priorSds.map(() => 0);
  free.forEach((i, a) => {
    variances[i] = solve(
      matrix,
      free.map((_, b) => (a === b ? 1 : 0)),
    )[a]!;
  });
  return { logMultipliers: x, variances, residuals: residualsAt(x) };
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Gaussian elimination with partial pivoting; the matrix is positive definite, because the prior is in it. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let r = column + 1; r < n; r++)
      if (Math.abs(rows[r]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = r;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let r = column + 1; r < n; r++) {
      const factor = rows[r]![column]! / rows[column]![column]!;
      for (let c = column; c <= n; c++) rows[r]![c] = rows[r]![c]! - factor * rows[column]![c]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let r = n - 1; r >= 0; r--) {
    let sum = rows[r]![n]!;
    for (let c = r + 1; c < n; c++) sum -= rows[r]![c]! * x[c]!;
    x[r] = sum / rows[r]![r]!;
  }
  return x;
}
