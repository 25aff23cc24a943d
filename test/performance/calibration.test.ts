import { crossValidate, type Outcome } from '../../scripts/calibration/cross-validation';
import { fitRows } from '../../scripts/calibration/fit';
import { solve } from '../../scripts/calibration/least-squares';
import { DEFAULT_OBSERVATIONS, readObservations } from '../../scripts/calibration/observations';
import { rowOf, rowsOf } from '../../scripts/calibration/rows';
import { type OutcomesByScheme, spreadsOf, Z_80 } from '../../scripts/calibration/spreads';
import { weightedQuantile } from '../../scripts/calibration/statistics';
import coefficientsFile from '../../src/performance/data/coefficients.json';
import { layoutSds } from '../../src/performance/interval';

const { observations, hash } = readObservations(DEFAULT_OBSERVATIONS);
const { rows, unusable } = rowsOf(observations);
const used = rows.filter((row) => row.excluded === null);

describe('the shipped coefficients', () => {
  test('were fitted on the observations that are here', () => {
    expect(coefficientsFile.source.sha256).toBe(hash);
    expect(coefficientsFile.source.rows).toBe(used.length);
    expect(coefficientsFile.configurations).toEqual(
      [...new Set(used.map((row) => row.configuration))].sort(),
    );
  });

  test('state an error for each fitted coefficient, and their covariance', () => {
    const { names, lowerTriangle } = coefficientsFile.covariance;
    expect(Object.keys(coefficientsFile.standardErrors.values)).toEqual(names);
    names.forEach((name, i) => {
      const error = (coefficientsFile.standardErrors.values as Record<string, number>)[name]!;
      expect(Math.sqrt(lowerTriangle[i]![i]!)).toBeCloseTo(error, 2);
    });
  });
});

describe('rows', () => {
  test('are the 597 that performance-model.md uses, and what it leaves out has a reason', () => {
    expect(used).toHaveLength(597);
    expect(rows.length - used.length + unusable.length).toBe(88);
    const withFigure = (figure: 'tpot' | 'ttft' | 'output') =>
      used.filter((row) => row.measured[figure] !== null).length;
    expect([withFigure('tpot'), withFigure('ttft'), withFigure('output')]).toEqual([553, 438, 531]);
  });
});

test('--performance-mode throughput doubles the limits that a run leaves to vLLM', () => {
  const base = observations.find(({ id }) => id === 'obs-2236')!;
  const limits = (server_args: string) => {
    const row = rowOf({ ...base, server_args });
    if ('unusable' in row) throw new Error(row.unusable);
    return [row.benchmark.maxNumBatchedTokens, row.benchmark.maxBatch];
  };
  const [budget, batch] = limits('');
  const mode = '--performance-mode=throughput';
  expect(budget).toBe(8192);
  expect(limits(mode)[0]).toBe(16384);
  expect(limits(`${mode} --max-num-batched-tokens=8192`)[0]).toBe(8192);
  expect(limits(`${mode} --max-num-seqs=64`)[1]).toBe(64);
  expect(limits('--performance-mode=interactivity')).toEqual([budget, batch]);
});

describe('the fit', () => {
  const few = used.filter((row, i) => row.model === 'llama-3.3-70b' && i % 4 === 0);

  test('of the same rows gives the same coefficients, bit by bit', () => {
    const once = fitRows(few).solution;
    const again = fitRows(few).solution;
    expect([...again.theta]).toEqual([...once.theta]);
    expect(again.cost).toBe(once.cost);
  });

  test('predicts each row once, without its configuration', () => {
    const outcomes = crossValidate(few, 'configuration');
    expect(new Set(outcomes.map(({ row }) => row.id)).size).toBe(few.length);
    expect(outcomes.filter(({ figure }) => figure === 'tpot')).toHaveLength(few.length);
  });

  test('finds the parameters of an exact model and shrinks what has no data to its prior', () => {
    const x = [1, 2, 3, 4, 5];
    const truth = (slope: number, t: number) => Math.exp(slope) * t;
    const fill = (theta: Float64Array, into: Float64Array) => {
      x.forEach((t, i) => {
        into[i] = 100 * Math.log(truth(theta[0]!, t) / truth(0.5, t));
      });
    };
    const solution = solve(
      {
        priors: [{ spread: 10 }, { spread: 0.3 }],
        residuals: x.length,
        evaluate: fill,
        evaluateChanged: (j, theta, into) => {
          if (j !== 0) return [];
          fill(theta, into);
          return x.map((_, i) => i);
        },
      },
      20,
    );
    expect(solution.theta[0]).toBeCloseTo(0.5, 4);
    expect(solution.theta[1]).toBeCloseTo(0, 9);
    expect(Math.sqrt(solution.covariance[1]![1]!)).toBeCloseTo(0.3, 6);
  });
});

describe('widths', () => {
  const rank = used.find((row) => row.features.dataParallel > 1 && row.features.moeLayers > 0)!;
  const single = used.find((row) => row.model === 'Qwen3.5-9B' && row.phase === 'serving')!;
  const outcomes = (logError: number): OutcomesByScheme => {
    const of = ['a', 'b', 'c'].map(
      (configuration): Outcome => ({
        row: { ...rank, configuration },
        figure: 'ttft',
        logError,
        basis: 'measured',
        regime: 'steady',
      }),
    );
    return { configuration: of, pair: of, gpu: of };
  };
  const layout = layoutSds(rank.features, true).ttft!;

  test('do not count again what the layout hides', () => {
    const within = spreadsOf(outcomes(-0.9 * Z_80 * layout), 'qwen3.5-serving', null);
    expect(within.ttft.measured.steady).toBe(0);
    const beyond = spreadsOf(outcomes(-2 * Z_80 * layout), 'qwen3.5-serving', null);
    expect(Math.hypot(beyond.ttft.measured.steady, layout)).toBeCloseTo(2 * layout, 9);
  });

  test('are whole errors where the layout hides nothing', () => {
    const all = outcomes(0.5).configuration.map((o) => ({
      ...o,
      row: { ...single, configuration: o.row.configuration },
    }));
    const spreads = spreadsOf({ configuration: all, pair: all, gpu: all }, 'qwen3.5-serving', null);
    expect(spreads.ttft.measured.steady).toBeCloseTo(0.5 / Z_80, 12);
  });
});

describe('observations', () => {
  test('that are missing or wrong are named in one line', () => {
    expect(() => readObservations('no-such-file.json')).toThrow(
      /cannot read observations "no-such-file.json"/,
    );
    expect(() => readObservations('package.json')).toThrow(/has no list "observations"/);
  });

  test('quantiles follow weights, each value in the middle of its own', () => {
    expect(weightedQuantile([1, 2, 3], [1, 1, 1], 0.5)).toBe(2);
    // Middles at 0.5, 1.5 and 6 of 10.
    expect(weightedQuantile([1, 2, 3], [1, 1, 8], 0.6)).toBe(3);
    expect(weightedQuantile([3, 1, 2], [8, 1, 1], 0.375)).toBeCloseTo(2.5, 12);
    expect(weightedQuantile([1, 2, 3], [1, 1, 8], 0.05)).toBe(1);
    expect(weightedQuantile([1, 2, 3], [1, 1, 8], 0.01)).toBe(1);
    expect(weightedQuantile([1, 2, 3], [1, 1, 8], 0.9)).toBe(3);
    expect(weightedQuantile([], [], 0.5)).toBeNaN();
  });

  test('a quantile at the edge of a gap does not jump with what adding up weights loses', () => {
    // 20 of 25 are the share exactly, a part of them in repeats: half way across, however many repeats.
    for (const n of [6, 7, 9, 10, 11, 12]) {
      const weights = [...Array(19).fill(1), ...Array(n).fill(1 / n), ...Array(5).fill(1)] as number[];
      const values = weights.map((_, i) => (i < 19 + n ? 1 : 2));
      const at = weightedQuantile(values, weights, 0.8);
      expect(Math.abs(weightedQuantile(values, weights, 0.8 + 1e-12) - at)).toBeLessThan(1e-9);
      expect(at).toBeGreaterThan(1);
      expect(at).toBeLessThan(1.5 + 1e-9);
    }
  });
});
