/** Predictions of rows that the fit did not see: leave out one configuration, one model x GPU, or one GPU at a time. */
import type { Basis } from '../../src/performance/coefficients';
import type { Regime } from '../../src/performance/interval';
import { type Fit, fitRows, predictRow } from './fit';
import { groupOf } from './parameters';
import { FIGURES, type FigureName, type Row } from './rows';

export const SCHEMES = ['configuration', 'pair', 'gpu'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** One figure of one row, predicted. */
export interface Outcome {
  readonly row: Row;
  readonly figure: FigureName;
  /** ln(predicted / measured). */
  readonly logError: number;
  /** What the prediction rested on. */
  readonly basis: Basis;
  readonly regime: Regime;
}

const foldOf: Readonly<Record<Scheme, (row: Row) => string>> = {
  configuration: (row) => row.configuration,
  pair: groupOf,
  gpu: (row) => row.gpu,
};

/** Outcomes of rows with a fit that was made on `training`. */
export function outcomesOf(rows: readonly Row[], fit: Fit, training: readonly Row[]): Outcome[] {
  const pairs = new Set(training.map(groupOf));
  const gpus = new Set(training.map((row) => row.gpu));
  return rows.flatMap((row) => {
    const { figures, regime } = predictRow(row, fit.coefficients(groupOf(row)));
    const basis: Basis = pairs.has(groupOf(row)) ? 'measured' : gpus.has(row.gpu) ? 'related' : 'datasheet';
    return FIGURES.filter((figure) => row.measured[figure] !== null && Number.isFinite(figures[figure])).map(
      (figure) => ({
        row,
        figure,
        logError: Math.log(figures[figure] / row.measured[figure]!),
        basis,
        regime,
      }),
    );
  });
}

/**
 * Predicts every row from a fit without its fold. Rows that are excluded from fits are predicted too, in the fold of
 * their configuration; `progress` is told of each fold.
 */
export function crossValidate(
  rows: readonly Row[],
  scheme: Scheme,
  progress: (fold: string) => void = () => undefined,
): Outcome[] {
  const fold = foldOf[scheme];
  const usable = rows.filter((row) => row.excluded === null);
  return [...new Set(rows.map(fold))].sort().flatMap((name) => {
    progress(name);
    const training = usable.filter((row) => fold(row) !== name);
    return outcomesOf(
      rows.filter((row) => fold(row) === name),
      fitRows(training),
      training,
    );
  });
}
