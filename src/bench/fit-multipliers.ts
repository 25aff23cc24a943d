/** A measured figure that shows one multiplier, held against the model. */
export interface Observation {
  /** Index of the multiplier that this figure shows most. */
  readonly shows: number;
  /** ln(measured / predicted) at these logarithms of the multipliers. */
  readonly error: (logMultipliers: readonly number[]) => number;
  readonly sd: number;
}

export interface Fit {
  readonly logMultipliers: readonly number[];
  /** Error over sd of each observation, at the fit. */
  readonly residuals: readonly number[];
}

const ITERATIONS = 25;
const STEP = 1e-4;
const CONVERGED = 1e-9;

/** Holds a multiplier that nothing shows near 1, and nothing else: a factor of 20 costs one unit. */
const WEAK_PRIOR_SD = 3;

/**
 * Logarithms of the multipliers that explain the observations best: Gauss-Newton on the squared errors.
 * @param free which multipliers may differ from 1
 */
export function fitMultipliers(observations: readonly Observation[], free: readonly boolean[]): Fit {
  const columns = free.flatMap((isFree, i) => (isFree ? [i] : []));
  const x = free.map(() => 0);
  const residualsAt = (at: readonly number[]): number[] =>
    observations.map(({ error, sd }) => error(at) / sd);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const residuals = residualsAt(x);
    const jacobian = columns.map((i) => {
      const shifted = [...x];
      shifted[i] = x[i]! + STEP;
      const above = residualsAt(shifted);
      shifted[i] = x[i]! - STEP;
      const below = residualsAt(shifted);
      return above.map((value, j) => (value - below[j]!) / (2 * STEP));
    });
    const gradient = columns.map((i, a) => dot(jacobian[a]!, residuals) + x[i]! / WEAK_PRIOR_SD ** 2);
    const matrix = columns.map((_, a) =>
      columns.map((_, b) => dot(jacobian[a]!, jacobian[b]!) + (a === b ? 1 / WEAK_PRIOR_SD ** 2 : 0)),
    );
    const step = solve(matrix, gradient);
    columns.forEach((i, a) => {
      x[i] = x[i]! - step[a]!;
    });
    if (Math.max(0, ...step.map(Math.abs)) < CONVERGED) break;
  }
  return { logMultipliers: x, residuals: residualsAt(x) };
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
