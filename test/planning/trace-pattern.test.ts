import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { patternOf, withTrace } from '../../src/planning/trace-pattern';
import { resolveRequirements } from '../../src/requirements/resolve';
import { parseTrace } from '../../src/simulation/trace';

const MIDNIGHT = Date.UTC(2026, 10, 2) / 1000;

/** Requests evenly spread within each hour of some days: so many an hour. */
function traceOf(perHour: readonly number[], start = MIDNIGHT, input = 1000, output = 200): string {
  const lines = perHour.flatMap((count, hour) =>
    Array.from({ length: count }, (_, i) =>
      JSON.stringify({
        timestamp: start + hour * 3600 + ((i + 0.5) * 3600) / count,
        input_tokens: i % 20 === 19 ? 10 * input : input,
        output_tokens: output,
      }),
    ),
  );
  return `${lines.join('\n')}\n`;
}
const day = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 18 ? 360 : 36));

describe('a trace of a day', () => {
  const pattern = patternOf(parseTrace(traceOf(day), 'day.jsonl'));

  test('gives the peak, the lengths and 24 factors', () => {
    expect(pattern.requestsPerSecond).toBeCloseTo(0.1, 2);
    expect(pattern.outputTokens).toEqual({ mean: 200, p95: 200 });
    expect(pattern.inputTokens.mean).toBeGreaterThan(1200);
    expect(pattern.hourlyFactors).toHaveLength(24);
    expect(pattern.hourlyFactors![3]).toBeCloseTo(0.1, 1);
    expect(Math.max(...pattern.hourlyFactors!)).toBe(1);
    expect(pattern.hourlyFactors!.slice(8, 18).every((factor) => factor > 0.95)).toBe(true);
  });

  test('a second, busier day counts', () => {
    const twice = patternOf(parseTrace(traceOf([...day, ...day.map((n) => 2 * n)]), 'days.jsonl'));
    expect(twice.requestsPerSecond).toBeCloseTo(0.2, 2);
    expect(twice.hourlyFactors![3]).toBeCloseTo(0.1, 1);
  });

  test('hours are those of UTC, wherever the trace begins', () => {
    const later = patternOf(
      parseTrace(traceOf([...day.slice(6), ...day.slice(0, 6)], MIDNIGHT + 6 * 3600), 'x'),
    );
    // The first and last quarter are measured a little shorter than they are.
    later.hourlyFactors!.forEach((factor, hour) => {
      expect(Math.abs(factor - pattern.hourlyFactors![hour]!)).toBeLessThan(0.02);
    });
  });
});

test('less than a day gives no daily pattern', () => {
  const short = patternOf(parseTrace(traceOf([60, 120]), 'x'));
  expect(short.hourlyFactors).toBeNull();
  expect(short.requestsPerSecond).toBeCloseTo(120 / 3600, 2);
});

test('requests that all come at once are refused', () => {
  const line = '{"timestamp": 5, "input_tokens": 10, "output_tokens": 10}';
  expect(() => patternOf(parseTrace(`${line}\n${line}\n`, 'x'))).toThrow('all came at once');
});

test('what the user gives wins over the trace', () => {
  const pattern = patternOf(parseTrace(traceOf(day), 'x'));
  const { input, note } = withTrace(
    { model: 'Qwen3.5-9B', workload: { trace: 'x', requestsPerSecond: 7 } },
    pattern,
    'x',
  );
  const { requirements } = resolveRequirements(input, EMBEDDED_CATALOGUE);
  expect(requirements.workload.requestsPerSecond).toBe(7);
  expect(requirements.workload.outputTokens).toEqual(pattern.outputTokens);
  expect(requirements.sizing!.hourlyFactors).toEqual(pattern.hourlyFactors);
  expect(note).toMatch(/^x: 4104 requests in 24 hours, .* the daily pattern is/);
});
