import fc from 'fast-check';
import { highestRate, IDLE_REQUESTS_PER_SECOND } from '../../src/performance/highest-rate';
import { pessimistic } from '../../src/performance/interval';
import { percentile95 } from '../../src/performance/percentile';
import { holdsSlo, type Judged, shortfallOf } from '../../src/performance/slo';
import { engines, SEEDED } from './arbitrary';

const judged = (ttftP95Seconds: number, tpotP95Seconds: number, stable = true): Judged => ({
  ttftP95Seconds,
  tpotP95Seconds,
  mean: { stable },
});
const SLO = { ttftP95Seconds: 2, tpotP95Seconds: 0.05 };

describe('what a rate breaks', () => {
  const figureOf = (target: number, figure: 'ttft' | 'tpot'): number =>
    target / pessimistic(1, figure, 'related', 0.8);

  test('is what the pessimistic end of its interval is above, the further of two', () => {
    const [ttft, tpot] = [figureOf(SLO.ttftP95Seconds, 'ttft'), figureOf(SLO.tpotP95Seconds, 'tpot')];
    const broken = (p: Judged) => shortfallOf(p, SLO, 'related', 0.8);
    expect(broken(judged(0.999 * ttft, 0.999 * tpot))).toBeNull();
    expect(broken(judged(1.1 * ttft, 0.5 * tpot))).toMatchObject({ limit: 'TTFT p95', targetSeconds: 2 });
    expect(broken(judged(1.1 * ttft, 1.2 * tpot))).toMatchObject({
      limit: 'TPOT p95',
      targetSeconds: 0.05,
      distance: expect.closeTo(1.2, 9),
    });
    expect(broken(judged(1.1 * ttft, 1.2 * tpot))!.figureSeconds).toBeCloseTo(1.2 * 0.05, 9);
    expect(broken(judged(0.1 * ttft, 0.1 * tpot, false))).toMatchObject({ limit: 'sequences that fit' });
  });

  test('what holds a tighter SLO, or with more confidence or less evidence, holds', () => {
    fc.assert(
      fc.property(
        engines,
        fc.double({ min: -3, max: 1.5, noNaN: true }),
        fc.double({ min: 0.2, max: 10, noNaN: true }),
        fc.double({ min: 0.005, max: 0.2, noNaN: true }),
        ({ features, coefficients }, logRate, ttftP95Seconds, tpotP95Seconds) => {
          const p = percentile95(
            features,
            coefficients,
            {
              arrivals: { kind: 'open', requestsPerSecond: 10 ** logRate, spacing: 'poisson' },
              inputTokens: 1000,
              outputTokens: 300,
              maxBatch: 128,
              maxNumBatchedTokens: 8192,
            },
            { inputP95Tokens: 3000 },
          );
          const slo = { ttftP95Seconds, tpotP95Seconds };
          const tighter = { ttftP95Seconds: 0.7 * ttftP95Seconds, tpotP95Seconds: 0.7 * tpotP95Seconds };
          const holds = holdsSlo(p, slo, 'related', 0.8);
          expect(holds).toBe(shortfallOf(p, slo, 'related', 0.8) === null);
          if (holds) return;
          expect(holdsSlo(p, tighter, 'related', 0.8)).toBe(false);
          expect(holdsSlo(p, slo, 'related', 0.95)).toBe(false);
          expect(holdsSlo(p, slo, 'datasheet', 0.8)).toBe(false);
        },
      ),
      SEEDED,
    );
  });
});

test('the highest rate is within 0.3% below what an engine takes, and idle where it takes nothing more', () => {
  for (const most of [0.0011, 0.7, 33, 8e4]) {
    const found = highestRate((rate) => rate <= most);
    expect(found).toBeLessThanOrEqual(most);
    expect(found).toBeGreaterThan(most * 0.997);
  }
  expect(highestRate(() => false) / IDLE_REQUESTS_PER_SECOND).toBeCloseTo(1, 2);
});
