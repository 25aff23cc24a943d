import { intervalAround, normalQuantile, pessimistic } from '../../src/performance/interval';
import { squaredVariation } from '../../src/performance/queueing';

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
