/** Fits the step model to rows: robust, weighted least squares on logarithms, with priors, from a cold start. */
import type { Regime } from '../../src/performance/interval';
import { agedCoefficients, predictBenchmark } from './benchmark-modes';
import { type Problem, type Solution, solve } from './least-squares';
import {
  coefficientsAt,
  type FitCoefficients,
  groupEffects,
  groupOf,
  type Parameter,
  PHYSICS,
} from './parameters';
import { FIGURES, type FigureName, type Row, sameRun } from './rows';
import { counts } from './statistics';

/** Logarithmic error at which the loss turns from quadratic to linear. */
const LOSS_SCALE = 0.1;
const FIGURE_WEIGHT: Readonly<Record<FigureName, number>> = { tpot: 1, ttft: 0.5, output: 0.7 };
const ITERATIONS = 20;

export interface Fit {
  readonly parameters: readonly Parameter[];
  readonly solution: Solution;
  readonly coefficients: (group: string) => FitCoefficients;
}

export interface RowPrediction {
  /** In the row's units; NaN where the run has no such figure. */
  readonly figures: Readonly<Record<FigureName, number>>;
  readonly regime: Regime;
}

/** What the model says of a row. */
export function predictRow(row: Row, k: FitCoefficients): RowPrediction {
  const aged = row.oldEngine
    ? agedCoefficients(k, {
        overhead: k.oldEngineFactor,
        sequence: k.oldSequenceFactor,
        request: k.oldRequestFactor,
      })
    : k;
  const p = predictBenchmark(row.features, aged, {
    ...row.benchmark,
    sharedPrefixKvEfficiency: k.sharedPrefixKvEfficiency,
  });
  return {
    figures: { tpot: p.tpotSeconds, ttft: p.ttftSeconds, output: p.outputTokensPerSecond },
    regime: p.regime,
  };
}

/** A derived output rate repeats TTFT and TPOT. */
const used = (row: Row, figure: FigureName): boolean =>
  row.measured[figure] !== null && !(figure === 'output' && row.outputDerived);

interface Term {
  readonly row: number;
  readonly figure: FigureName;
  readonly measured: number;
  readonly weight: number;
}

function termsOf(rows: readonly Row[]): Term[] {
  const inConfiguration = counts(rows, (row) => row.configuration);
  const alike = counts(rows, sameRun);
  return rows.flatMap((row, index) => {
    const weight = alike.get(sameRun(row))! ** -0.5 * inConfiguration.get(row.configuration)! ** -0.35;
    return FIGURES.filter((figure) => used(row, figure)).map((figure) => ({
      row: index,
      figure,
      measured: row.measured[figure]!,
      weight: Math.sqrt(weight * FIGURE_WEIGHT[figure]) / LOSS_SCALE,
    }));
  });
}

/** Largest logarithmic error a row may contribute: a prediction of zero or infinity stays finite. */
const CLAMP = 3;

function problemOf(rows: readonly Row[], parameters: readonly Parameter[]): Problem {
  const terms = termsOf(rows);
  const termsOfRow: number[][] = rows.map(() => []);
  terms.forEach((term, i) => {
    termsOfRow[term.row]!.push(i);
  });
  const rowsOf = parameters.map((p) =>
    rows.map((_, i) => i).filter((i) => termsOfRow[i]!.length > 0 && p.affects(rows[i]!)),
  );
  const termsChanged = rowsOf.map((list) => list.flatMap((i) => termsOfRow[i]!));
  const groups = rows.map(groupOf);
  const fill = (i: number, k: (group: string) => FitCoefficients, into: Float64Array): void => {
    const p = predictRow(rows[i]!, k(groups[i]!)).figures;
    for (const t of termsOfRow[i]!) {
      const { figure, measured, weight } = terms[t]!;
      const error = Math.log(p[figure] / measured);
      into[t] = weight * Math.max(-CLAMP, Math.min(CLAMP, Number.isNaN(error) ? CLAMP : error));
    }
  };
  return {
    priors: parameters,
    residuals: terms.length,
    evaluate: (theta, into) => {
      const k = coefficientsAt(parameters, theta);
      for (let i = 0; i < rows.length; i++) fill(i, k, into);
    },
    evaluateChanged: (j, theta, into) => {
      const k = coefficientsAt(parameters, theta);
      for (const i of rowsOf[j]!) fill(i, k, into);
      return termsChanged[j]!;
    },
  };
}

/** The fit of these rows; nothing is kept from earlier fits. */
export function fitRows(
  rows: readonly Row[],
  effects: readonly Parameter[] = groupEffects(rows),
  iterations = ITERATIONS,
): Fit {
  const parameters = [...PHYSICS, ...effects];
  const solution = solve(problemOf(rows, parameters), iterations);
  return { parameters, solution, coefficients: coefficientsAt(parameters, solution.theta) };
}
