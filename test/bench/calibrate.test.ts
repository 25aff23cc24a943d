import { calibrate } from '../../src/bench/calibrate';
import { calibrationOf, parseCalibration, serializeCalibration } from '../../src/bench/calibration-file';
import type { Point } from '../../src/bench/result';
import { UserError } from '../../src/errors';
import { groundedIn } from '../../src/performance/calibration';
import { FITTED } from '../../src/performance/coefficients';
import { intervalAround } from '../../src/performance/interval';
import { pointOf, resultOf, SETUP, type Truth } from './points';

/** Requests/s; busier points say less of the time outside the engine, so that more of its prior stays. */
const RATES = [0.1, 0.3, 0.6];
const learned = (points: Point[]) => calibrate([{ result: resultOf(points), sha256: 'a' }]).multipliers;

test.each<Truth>([
  [1.2, 1.3, 1.25],
  [0.85, 0.8, 0.8],
  [1, 1, 1],
  [1.25, 0.8, 1.3],
  [0.8, 1.25, 1],
])('three points recover decode %f, prefill %f and TTFT %f within 5%%', (...truth) => {
  const { decode, prefill, ttft } = learned(RATES.map((rate) => pointOf(rate, truth)));
  expect(Math.abs(decode.value / truth[0] - 1)).toBeLessThan(0.05);
  expect(Math.abs(prefill.value / truth[1] - 1)).toBeLessThan(0.05);
  expect(Math.abs(ttft.value / truth[2] - 1)).toBeLessThan(0.05);
  // What remains is less than before: sqrt(tau^2 + sigma^2).
  expect(decode.remainingSd).toBeLessThan(0.13);
  expect(prefill.remainingSd).toBeLessThan(0.22);
});

test('one point is too few: nothing is learned, and it says so', () => {
  const { decode, ttft } = learned([pointOf(0.1, [1.5, 1.5, 1.5])]);
  expect([decode.value, decode.learned, ttft.value]).toEqual([1, false, 1]);
  expect(decode.says).toContain('1 usable point');
  expect(decode.remainingSd).toBeCloseTo(Math.hypot(0.2, 0.1), 3);
});

test('points that contradict each other leave that multiplier alone, and the others learn', () => {
  const points = [pointOf(0.1, [0.6, 1.2, 1]), pointOf(0.4, [1, 1.2, 1]), pointOf(0.8, [1.7, 1.2, 1])];
  const { decode, prefill } = learned(points);
  expect([decode.value, decode.learned]).toEqual([1, false]);
  expect(decode.says).toContain('contradict');
  expect(prefill.learned).toBe(true);
});

test('a point of a late client, of failures or of a trace is left out, with the reason', () => {
  const good = pointOf(0.1, [1, 1, 1]);
  const late = { ...good, client: { ...good.client, lagP99Seconds: 0.2 } };
  const failed = { ...good, requests: { ...good.requests, succeeded: 900 } };
  const trace = { ...good, load: { kind: 'trace' } as const };
  const { notes, multipliers } = calibrate([{ result: resultOf([late, failed, trace]), sha256: 'a' }]);
  expect(notes.map((note) => note.split('left out: ')[1])).toEqual([
    'the client was late, so it measured itself',
    '100 of 1000 requests failed',
    "a trace's own times have no steady load to compare with",
  ]);
  expect(multipliers.decode.learned).toBe(false);
});

test('the same results give the same file, in any order', () => {
  const [a, b] = [resultOf([pointOf(0.1, [1.2, 1, 1])]), resultOf([pointOf(0.8, [1.2, 1, 1])])].map(
    (result, i) => ({
      result,
      sha256: `${i}`,
    }),
  );
  const text = serializeCalibration(calibrate([a!, b!]));
  expect(serializeCalibration(calibrate([b!, a!]))).toBe(text);
  expect(serializeCalibration(parseCalibration(text, 'x'))).toBe(text);
});

const ENGINE = { ...SETUP, model: 'Qwen3.5-35B-A3B', gpu: 'L40S' };
const known = (points: Point[]) =>
  calibrationOf({
    document: calibrate([{ result: resultOf(points), sha256: 'a' }]),
    file: 'c.json',
    sha256: 'f00d',
  });

test('a calibration corrects its own model and GPU only, and names its source', () => {
  const calibration = known(RATES.map((rate) => pointOf(rate, [1.2, 1, 1])));
  expect(calibration).toMatchObject({
    file: 'c.json',
    sha256: 'f00d',
    measuredAt: '2026-11-23T20:00:00.000Z',
    gpu: 'L40S',
    vllmVersion: '0.31.0',
  });
  const here = groundedIn(FITTED, [calibration], ENGINE);
  const plain = groundedIn(FITTED, [], ENGINE);
  expect(here.coefficients.decodeFactor).toBe(
    (plain.coefficients.decodeFactor ?? 1) * calibration.decode.value,
  );
  for (const other of [
    { ...ENGINE, gpu: 'H100' },
    { ...ENGINE, model: 'Qwen3.5-27B' },
  ]) {
    expect(groundedIn(FITTED, [calibration], other)).toEqual(groundedIn(FITTED, [], other));
  }
});

test('the measured engine gets the interval that remains, a relative that of its kind, and none a wider one', () => {
  const calibration = known(RATES.map((rate) => pointOf(rate, [1.2, 1, 1])));
  const widthOf = (figure: 'tpot' | 'ttft', engine: typeof ENGINE, known = [calibration]): number =>
    intervalAround(1, figure, groundedIn(FITTED, known, engine).footing).high;
  const relative = { ...ENGINE, layout: { ...ENGINE.layout, tensorParallel: 2 } };
  // Without it, nothing of the kind was measured on this GPU.
  expect(groundedIn(FITTED, [], ENGINE).basis).toBe('datasheet');
  expect(groundedIn(FITTED, [calibration], relative).basis).toBe('measured');
  for (const figure of ['tpot', 'ttft'] as const) {
    const [none, kind, own] = [
      widthOf(figure, ENGINE, []),
      widthOf(figure, relative),
      widthOf(figure, ENGINE),
    ];
    expect(kind).toBeLessThan(none);
    expect(own).toBeLessThan(kind);
  }
  expect(widthOf('tpot', ENGINE)).toBeCloseTo(Math.exp(1.2816 * calibration.decode.remainingSd), 6);
  // Load still widens it: a benchmark of a steady load says nothing of saturation.
  const { footing } = groundedIn(FITTED, [calibration], ENGINE);
  expect(intervalAround(1, 'tpot', footing, 'loaded').high).toBeGreaterThan(
    intervalAround(1, 'tpot', footing).high,
  );
});

test('a calibration that learned nothing changes nothing', () => {
  const calibration = known([pointOf(0.1, [1.5, 1.5, 1.5])]);
  const { coefficients, basis, footing } = groundedIn(FITTED, [calibration], ENGINE);
  const plain = groundedIn(FITTED, [], ENGINE);
  expect(basis).toBe(plain.basis);
  expect(coefficients.decodeFactor).toBe(plain.coefficients.decodeFactor ?? 1);
  for (const figure of ['tpot', 'ttft', 'output'] as const) {
    expect(intervalAround(1, figure, footing)).toEqual(intervalAround(1, figure, plain.footing));
  }
});

test('a calibration of other performance data is refused', () => {
  const document = calibrate([{ result: resultOf([pointOf(0.1, [1, 1, 1])]), sha256: 'a' }]);
  expect(() =>
    calibrationOf({ document: { ...document, performanceData: '2020-01-01' }, file: 'c.json', sha256: '' }),
  ).toThrow(/run 'qwen-selfhost calibrate'/);
});

test('results of different engines, or one given twice, are refused', () => {
  const point = pointOf(0.1, [1, 1, 1]);
  const one = { result: resultOf([point]), sha256: 'a' };
  const other = { result: resultOf([point], 'Qwen3.5-27B'), sha256: 'b' };
  expect(() => calibrate([one, other])).toThrow(/not of one engine: model/);
  expect(() => calibrate([one, one])).toThrow(UserError);
});
