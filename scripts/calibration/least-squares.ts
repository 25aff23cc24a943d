/**
 * Levenberg-Marquardt for a regularised non-linear fit. Own and short, because two things make the fit fast that a
 * general library does not offer: each coefficient changes only some rows (a column of the Jacobian is computed on
 * those alone), and priors are added to the normal equations directly instead of as extra rows.
 */

/** A coefficient in log space: value = prior x exp(theta). */
export interface Prior {
  /** Standard deviation of the logarithm. */
  readonly spread: number;
}

export interface Problem {
  readonly priors: readonly Prior[];
  readonly residuals: number;
  /** All residuals at theta, already divided by their scale. */
  evaluate(theta: Float64Array, into: Float64Array): void;
  /** Residuals that coefficient `j` can change, recomputed at theta; the rest of `into` stays as it is. */
  evaluateChanged(j: number, theta: Float64Array, into: Float64Array): readonly number[];
}

export interface Solution {
  readonly theta: Float64Array;
  readonly cost: number;
  readonly iterations: number;
  /** Inverse of the curvature at the solution: covariance of theta for residuals of unit variance. */
  readonly covariance: Float64Array[];
}

const STEP = 1e-3;
const FIRST_DAMPING = 1e-2;
const LARGEST_STEP = 1.5;

/** Pseudo-Huber: quadratic for small residuals, linear for large ones. */
const robust = (r: number): number => 2 * (Math.sqrt(1 + r * r) - 1);
/** Weight that makes the quadratic form's gradient that of the robust loss. */
const robustWeight = (r: number): number => 1 / Math.sqrt(1 + r * r);

/** Minimises the robust loss plus the priors from a cold start (theta = 0). */
export function solve(problem: Problem, maxIterations: number): Solution {
  const n = problem.priors.length;
  let theta = new Float64Array(n);
  const at = new Float64Array(problem.residuals);
  const trial = new Float64Array(problem.residuals);
  problem.evaluate(theta, at);
  let cost = costOf(problem, theta, at);
  let damping = FIRST_DAMPING;
  let iterations = 0;
  let system = normalEquations(problem, theta, at);
  for (; iterations < maxIterations; iterations++) {
    let improved = false;
    for (let attempt = 0; attempt < 8 && !improved; attempt++) {
      const step = solveCholesky(damped(system.matrix, damping), system.gradient);
      const next = theta.map((value, j) => value - Math.max(-LARGEST_STEP, Math.min(LARGEST_STEP, step[j]!)));
      problem.evaluate(next, trial);
      const nextCost = costOf(problem, next, trial);
      if (nextCost < cost) {
        const gain = (cost - nextCost) / cost;
        theta = next;
        cost = nextCost;
        at.set(trial);
        damping = Math.max(damping / 5, 1e-6);
        improved = true;
        if (gain < 1e-4) return finish(problem, theta, at, cost, iterations + 1);
      } else {
        damping *= 4;
      }
    }
    if (!improved) break;
    system = normalEquations(problem, theta, at);
  }
  return finish(problem, theta, at, cost, iterations);
}

function finish(
  problem: Problem,
  theta: Float64Array,
  at: Float64Array,
  cost: number,
  iterations: number,
): Solution {
  return { theta, cost, iterations, covariance: invert(normalEquations(problem, theta, at).matrix) };
}

function costOf(problem: Problem, theta: Float64Array, residuals: Float64Array): number {
  let cost = 0;
  for (const r of residuals) cost += robust(r);
  problem.priors.forEach((prior, j) => {
    cost += (theta[j]! / prior.spread) ** 2;
  });
  return cost;
}

function normalEquations(
  problem: Problem,
  theta: Float64Array,
  at: Float64Array,
): { matrix: Float64Array[]; gradient: Float64Array } {
  const n = problem.priors.length;
  const columns: { rows: readonly number[]; values: Float64Array }[] = [];
  const moved = new Float64Array(problem.residuals);
  const shifted = Float64Array.from(theta);
  for (let j = 0; j < n; j++) {
    shifted[j] = theta[j]! + STEP;
    const rows = problem.evaluateChanged(j, shifted, moved);
    shifted[j] = theta[j]!;
    const values = new Float64Array(problem.residuals);
    for (const i of rows) values[i] = (moved[i]! - at[i]!) / STEP;
    columns.push({ rows, values });
  }
  const matrix = Array.from({ length: n }, () => new Float64Array(n));
  const gradient = new Float64Array(n);
  const weights = at.map(robustWeight);
  for (let a = 0; a < n; a++) {
    const { rows, values } = columns[a]!;
    for (let b = a; b < n; b++) {
      const other = columns[b]!.values;
      let sum = 0;
      for (const i of rows) sum += weights[i]! * values[i]! * other[i]!;
      matrix[a]![b] = sum;
      matrix[b]![a] = sum;
    }
    let sum = 0;
    for (const i of rows) sum += weights[i]! * values[i]! * at[i]!;
    const precision = 1 / problem.priors[a]!.spread ** 2;
    gradient[a] = sum + theta[a]! * precision;
    matrix[a]![a]! += precision;
  }
  return { matrix, gradient };
}

const damped = (matrix: readonly Float64Array[], damping: number): Float64Array[] =>
  matrix.map((row, i) => row.map((value, j) => (i === j ? value * (1 + damping) : value)));

function cholesky(matrix: readonly Float64Array[]): Float64Array[] {
  const n = matrix.length;
  const lower = Array.from({ length: n }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let m = 0; m < j; m++) sum -= lower[i]![m]! * lower[j]![m]!;
      lower[i]![j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j]![j]!;
    }
  }
  return lower;
}

/** Solves matrix x = right for a symmetric positive definite matrix. */
export function solveCholesky(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const lower = cholesky(matrix);
  const n = right.length;
  const x = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    for (let m = 0; m < i; m++) x[i]! -= lower[i]![m]! * x[m]!;
    x[i]! /= lower[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let m = i + 1; m < n; m++) x[i]! -= lower[m]![i]! * x[m]!;
    x[i]! /= lower[i]![i]!;
  }
  return x;
}

function invert(matrix: readonly Float64Array[]): Float64Array[] {
  return matrix.map((_, j) => {
    const unit = new Float64Array(matrix.length);
    unit[j] = 1;
    return solveCholesky(matrix, unit);
  });
}
