import fc from 'fast-check';
import { type Capacity, capacity } from '../../src/performance/capacity';
import { intervalAround, normalQuantile, pessimistic } from '../../src/performance/interval';
import { squaredVariation } from '../../src/performance/queueing';
import { engines, SEEDED } from './arbitrary';

const rateOf = (c: Capacity): number => (c.feasible ? c.requestsPerSecond : 0);
/** The bisection leaves the rate within 0.3%. */
const BISECTED = 1.005;

describe('capacity', () => {
  test('does not grow as the SLO or the confidence tightens', () => {
    fc.assert(
      fc.property(
        engines,
        fc.double({ min: 0.2, max: 10, noNaN: true }),
        fc.double({ min: 0.01, max: 0.2, noNaN: true }),
        ({ features, coefficients }, ttftP95Seconds, tpotP95Seconds) => {
          const input = {
            features,
            coefficients,
            load: { inputTokens: 1000, outputTokens: 300, maxBatch: 128, maxNumBatchedTokens: 8192 },
            tail: { inputP95Tokens: 3000 },
            slo: { ttftP95Seconds, tpotP95Seconds },
            footing: 'related',
            confidence: 0.8,
          } as const;
          const here = rateOf(capacity(input));
          const tighter = { ttftP95Seconds: ttftP95Seconds * 0.7, tpotP95Seconds: tpotP95Seconds * 0.7 };
          expect(rateOf(capacity({ ...input, slo: tighter }))).toBeLessThanOrEqual(here * BISECTED);
          expect(rateOf(capacity({ ...input, confidence: 0.95 }))).toBeLessThanOrEqual(here * BISECTED);
          expect(rateOf(capacity({ ...input, footing: 'datasheet' }))).toBeLessThanOrEqual(here * BISECTED);
        },
      ),
      { ...SEEDED, numRuns: 60 },
    );
  });

  test('an SLO that even an idle engine misses is named', () => {
    const engine = fc.sample(engines, { seed: 1, numRuns: 1 })[0]!;
    const found = capacity({
      ...engine,
      load: { inputTokens: 1000, outputTokens: 300, maxBatch: 128, maxNumBatchedTokens: 8192 },
      tail: { inputP95Tokens: 3000 },
      slo: { ttftP95Seconds: 10, tpotP95Seconds: 1e-6 },
      footing: 'measured',
      confidence: 0.8,
    });
    expect(found).toMatchObject({ feasible: false, shortfall: { limit: 'TPOT p95' } });
  });
});

describe('intervals', () => {
  const figures = ['tpot', 'ttft', 'output'] as const;

  test.each(figures)('%s: less evidence and more load are never narrower', (figure) => {
    const high = (footing: 'measured' | 'related' | 'datasheet', regime: 'steady' | 'loaded') =>
      intervalAround(1, figure, footing, regime).high;
    for (const regime of ['steady', 'loaded'] as const) {
      expect(high('measured', regime)).toBeLessThanOrEqual(high('related', regime));
      expect(high('related', regime)).toBeLessThanOrEqual(high('datasheet', regime));
    }
    for (const basis of ['measured', 'related', 'datasheet'] as const) {
      expect(high(basis, 'steady')).toBeLessThanOrEqual(high(basis, 'loaded'));
    }
  });

  test('TPOT of a measured pair is within x/÷ 1.5', () => {
    expect(intervalAround(1, 'tpot', 'measured').high).toBeLessThanOrEqual(1.5);
  });

  test('at even odds the pessimistic value is the expected one', () => {
    expect(pessimistic(2, 'tpot', 'measured', 0.5)).toBeCloseTo(2, 9);
    expect(pessimistic(2, 'tpot', 'measured', 0.9)).toBeCloseTo(
      intervalAround(2, 'tpot', 'measured').high,
      3,
    );
  });

  test.each([
    [0.5, 0],
    [0.8, 0.841621],
    [0.9, 1.281552],
    [0.001, -3.090232],
  ])('quantile %d of the standard normal is %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 5);
  });

  test('fixed lengths do not vary', () => {
    expect(squaredVariation(1000, 1000)).toBe(0);
    expect(squaredVariation(1000, 3000)).toBeGreaterThan(0);
  });
});
