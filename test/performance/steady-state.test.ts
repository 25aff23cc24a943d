import fc from 'fast-check';
import { basisOf } from '../../src/performance/coefficients';
import { ranksOf } from '../../src/performance/features';
import type { Load } from '../../src/performance/load';
import { predict } from '../../src/performance/prediction';
import { steadyState } from '../../src/performance/steady-state';
import { EXAMPLE, engines, SEEDED } from './arbitrary';

const LOAD = { outputTokens: 256, maxBatch: 256, maxNumBatchedTokens: 8192 } as const;
const open = (requestsPerSecond: number, inputTokens: number): Load => ({
  ...LOAD,
  inputTokens,
  arrivals: { kind: 'open', requestsPerSecond, spacing: 'poisson' },
});
const closed = (concurrency: number, inputTokens: number): Load => ({
  ...LOAD,
  inputTokens,
  arrivals: { kind: 'closed', concurrency },
});
const inputs = fc.integer({ min: 16, max: 32_768 });
/** A longer prompt may touch its experts in fewer steps: no order is promised below this, nor near saturation. */
const CONVERGED = 0.98;
const SATURATED = 0.5;

describe('the steady state', () => {
  test('a busier or longer step: tokens come no faster with more clients or longer prompts', () => {
    fc.assert(
      fc.property(
        engines,
        fc.integer({ min: 1, max: 200 }),
        inputs,
        ({ features: f, coefficients: k }, clients, input) => {
          const here = steadyState(f, k, closed(clients, input));
          const more = steadyState(f, k, closed(clients * 2, input));
          const longer = steadyState(f, k, closed(clients, input * 2));
          expect(here.tpotSeconds).toBeGreaterThan(0);
          // Where prefill fills the engine, prompts that share a step make it cheaper: no order is promised there.
          if (more.prefillShare > SATURATED || longer.prefillShare > SATURATED) return;
          expect(more.tpotSeconds).toBeGreaterThanOrEqual(here.tpotSeconds * CONVERGED);
          expect(longer.tpotSeconds).toBeGreaterThanOrEqual(here.tpotSeconds * CONVERGED);
        },
      ),
      SEEDED,
    );
  });

  test('latency does not fall as the rate rises, while the engine is stable', () => {
    fc.assert(
      fc.property(
        engines,
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        inputs,
        ({ features: f, coefficients: k }, rate, input) => {
          const slow = steadyState(f, k, open(rate, input));
          const fast = steadyState(f, k, open(rate * 1.2, input));
          if (!fast.stable) return;
          expect(slow.stable).toBe(true);
          expect(fast.tpotSeconds).toBeGreaterThanOrEqual(slow.tpotSeconds * CONVERGED);
        },
      ),
      SEEDED,
    );
  });

  test("obeys Little's law in a closed loop", () => {
    fc.assert(
      fc.property(
        engines,
        fc.integer({ min: 1, max: 200 }),
        inputs,
        ({ features: f, coefficients: k }, clients, input) => {
          const load = {
            ...closed(clients, input),
            arrivals: { kind: 'closed', concurrency: clients, totalRequests: 1e12 },
          } as const;
          const s = steadyState(f, k, load);
          const inFlight =
            (s.requestsPerSecond / ranksOf(f)) * (s.ttftSeconds + (LOAD.outputTokens - 1) * s.tpotSeconds);
          expect(inFlight / clients).toBeCloseTo(1, 1);
        },
      ),
      SEEDED,
    );
  });
});

describe('a prediction', () => {
  const { features: f, coefficients: k } = EXAMPLE;

  test('says unstable instead of a number near saturation', () => {
    const p = predict(f, k, open(1000, 1000), 'related', false);
    expect(p.stable).toBe(false);
    expect(p.utilisation).toBeGreaterThan(1);
    expect(p.ttftSeconds).toBeNull();
    expect(p.requestsPerSecond).toBeLessThan(1000);
  });

  test('below saturation the output is what is offered', () => {
    const p = predict(f, k, open(1, 1000), 'related', false);
    expect(p.stable).toBe(true);
    expect(p.outputTokensPerSecond.expected).toBeCloseTo(LOAD.outputTokens, 6);
  });

  test('intervals are ordered and positive for any engine and load', () => {
    fc.assert(
      fc.property(engines, fc.integer({ min: 1, max: 400 }), inputs, (engine, clients, input) => {
        const p = predict(engine.features, engine.coefficients, closed(clients, input), 'datasheet', true);
        for (const { low, expected, high } of [p.ttftSeconds!, p.tpotSeconds, p.outputTokensPerSecond]) {
          expect(low).toBeGreaterThan(0);
          expect(low).toBeLessThan(expected);
          expect(expected).toBeLessThan(high);
        }
      }),
      SEEDED,
    );
  });

  test('a burst is slower to first token than the steady state', () => {
    const steady = predict(f, k, closed(64, 1000), 'related', false);
    const arrivals = { kind: 'closed', concurrency: 64, totalRequests: 64 } as const;
    const burst = predict(f, k, { ...closed(64, 1000), arrivals }, 'related', false);
    expect(burst.ttftSeconds!.expected).toBeGreaterThan(steady.ttftSeconds!.expected);
    expect(burst.regime).toBe('loaded');
  });
});

describe('what a prediction rests on', () => {
  test.each([
    ['Qwen3.5-35B-A3B', 'H200', 'measured'],
    ['Qwen3.6-35B-A3B', 'H200', 'measured'],
    ['Qwen3.5-397B-A17B', 'H200', 'related'],
    ['Qwen3.5-9B', 'A10G', 'datasheet'],
  ] as const)('%s on %s is %s', (model, gpu, basis) => {
    expect(basisOf(model, gpu)).toBe(basis);
  });
});
