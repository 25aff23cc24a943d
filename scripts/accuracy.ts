/**
 * `npm run accuracy -- [--observations FILE] [--without-qwen-serving] [--json]`. The calibration's own file: every configuration is predicted
 * from a fit without it (about three minutes). Any other file: plain prediction with the shipped coefficients.
 * Without the Qwen3.5 serving rows, neither fits nor tables know them: terms of the model are chosen so.
 */
import { parseArgs } from 'node:util';
import { UserError } from '../src/errors';
import { basisOf, coefficientsFor, FITTED } from '../src/performance/coefficients';
import coefficientsFile from '../src/performance/data/coefficients.json';
import { layoutSds, spreadOf } from '../src/performance/interval';
import { type Outcome, SCHEMES, type Scheme } from './calibration/cross-validation';
import { predictRow } from './calibration/fit';
import { DEFAULT_OBSERVATIONS, readObservations } from './calibration/observations';
import {
  accuracyTables,
  type Judged,
  printTables,
  qwenServing,
  type Table,
  tableBy,
} from './calibration/report';
import { FIGURES, type Row, rowsOf } from './calibration/rows';
import { CHECKPOINTS } from './calibration/run-settings';
import { covered, type OutcomesByScheme, Z_80 } from './calibration/spreads';
import { groupBy } from './calibration/statistics';
import { crossValidateWatched } from './calibration/watched';

/** Predictions with the shipped coefficients; nothing of the rows is used but their description. */
function shippedOutcomes(rows: readonly Row[]): Judged[] {
  return rows.flatMap((row) => {
    const k = { ...coefficientsFor(FITTED, row.model, row.gpu), ...coefficientsFile.calibrationOnly };
    const { figures, regime } = predictRow(row, k);
    // A100 runs FP8 by a kernel that nobody measured: the checkpoint decides too.
    const basis = basisOf(row.model, row.gpu, CHECKPOINTS[row.precision]);
    return FIGURES.filter((figure) => row.measured[figure] !== null && Number.isFinite(figures[figure])).map(
      (figure) => {
        const outcome: Outcome = {
          row,
          figure,
          logError: Math.log(figures[figure] / row.measured[figure]!),
          basis,
          regime,
        };
        const spread = spreadOf(
          figure,
          {
            basis,
            remainingSds: {},
            layoutSds: layoutSds(row.features, row.features.moeLayers > 0),
          },
          regime,
        );
        return { outcome, spread, inside: Math.abs(outcome.logError) <= Z_80 * spread };
      },
    );
  });
}

/** Outcomes with one configuration left out, and tables of all of a model on a GPU, or of all of a GPU, left out. */
function leftOutOutcomes(rows: readonly Row[]): { judged: Judged[]; unseen: Record<string, Table> } {
  const outcomes = Object.fromEntries(
    SCHEMES.map((scheme) => [scheme, crossValidateWatched(rows, scheme)]),
  ) as unknown as OutcomesByScheme;
  const used = (scheme: Scheme): Judged[] =>
    covered(outcomes, scheme).filter(({ outcome }) => outcome.row.excluded === null);
  const gpu = used('gpu');
  const pair = used('pair');
  return {
    judged: covered(outcomes, 'configuration'),
    unseen: {
      'one GPU left out': tableBy(gpu, () => 'all'),
      'one GPU left out, by GPU': tableBy(gpu, (o) => o.row.gpu),
      'one model x GPU left out': tableBy(pair, () => 'all'),
      'one model x GPU left out, by model': tableBy(pair, (o) => o.row.model),
    },
  };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      observations: { type: 'string' },
      'without-qwen-serving': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const file = values.observations ?? DEFAULT_OBSERVATIONS;
  const { observations, hash } = readObservations(file);
  const { rows: all, unusable } = rowsOf(observations);
  const rows = values['without-qwen-serving'] ? all.filter((row) => !qwenServing(row)) : all;
  if (rows.length === 0) throw new UserError(`${file}: no vLLM row that can be predicted`);
  const calibrated = hash === coefficientsFile.source.sha256;
  const { judged, unseen } = calibrated
    ? leftOutOutcomes(rows)
    : { judged: shippedOutcomes(rows), unseen: {} };
  const method = calibrated
    ? 'leave one configuration out'
    : `plain prediction, coefficients of ${coefficientsFile.fittedOn}`;
  const tables = { ...accuracyTables(judged), ...unseen };
  const excluded = rows
    .filter((row) => row.excluded !== null)
    .map(({ id, excluded: reason }) => ({ id, reason }));
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ file, method, rows: rows.length, unusable, excluded, tables }, null, 1)}\n`,
    );
    return;
  }
  const reasons = [...groupBy(excluded, ({ reason }) => reason)].map(
    ([reason, list]) => `  ${list.length} x ${reason}`,
  );
  process.stdout.write(
    `${file}: ${method}\n${rows.length} rows, ${excluded.length} of them kept out of fits:\n${reasons.join('\n')}\n`,
  );
  if (unusable.length > 0)
    process.stdout.write(
      `not predictable: ${unusable.map(({ id, reason }) => `${id} (${reason})`).join(', ')}\n`,
    );
  process.stdout.write(`\n${printTables(tables)}`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
