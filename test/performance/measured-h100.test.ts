/**
 * Rows that no fit has seen: Qwen3.5-35B-A3B FP8 on one H100, measured by scripts/measure on 2026-11-27 after the predictions had been
 * committed (scripts/measure/predictions-2026-11-27.json). Their TTFT is that machine's (docs/performance.md) and judges nothing here.
 */

import { predictRow } from '../../scripts/calibration/fit';
import { readObservations } from '../../scripts/calibration/observations';
import { type FigureName, type Row, rowsOf } from '../../scripts/calibration/rows';
import { median } from '../../scripts/calibration/statistics';
import { coefficientsFor, FITTED } from '../../src/performance/coefficients';
import coefficientsFile from '../../src/performance/data/coefficients.json';

const { rows, unusable } = rowsOf(readObservations('test/data/measured-h100-2026-11-27.json').observations);
const closed = rows.filter(({ benchmark }) => benchmark.mode !== 'open');

const error = (row: Row, figure: FigureName): number => {
  const k = { ...coefficientsFor(FITTED, row.model, row.gpu), ...coefficientsFile.calibrationOnly };
  return predictRow(row, k).figures[figure] / row.measured[figure]! - 1;
};

test('every row can be predicted', () => {
  expect(unusable).toEqual([]);
  expect(closed).toHaveLength(18);
});

test.each<[string, FigureName, number, number]>([
  ['serving', 'tpot', 0.08, 0.2],
  ['decode-steady', 'tpot', 0.08, 0.25],
  ['serving', 'output', 0.08, 0.3],
])('%s %s: half of the rows within the first share, all within the second', (phase, figure, half, all) => {
  const errors = closed.filter((row) => row.phase === phase).map((row) => Math.abs(error(row, figure)));
  expect(median(errors)).toBeLessThan(half);
  expect(Math.max(...errors)).toBeLessThan(all);
});
