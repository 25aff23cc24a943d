import fc from 'fast-check';
import type { Coefficients } from '../../src/performance/coefficients';
import type { StepFeatures } from '../../src/performance/features';
import { type OpenState, openLoop } from '../../src/performance/open-loop';
import { engines, SEEDED } from './arbitrary';

interface Engine {
  readonly features: StepFeatures;
  readonly coefficients: Coefficients;
}
const at = (
  { features, coefficients }: Engine,
  maxBatch: number,
  outputTokens: number,
): ((requestsPerSecond: number) => OpenState) =>
  openLoop(features, coefficients, {
    arrivals: { kind: 'open', requestsPerSecond: 0, spacing: 'poisson' },
    inputTokens: 500,
    outputTokens,
    maxBatch,
    maxNumBatchedTokens: 8192,
  });

/** The highest rate with a steady state. */
function capacityOf(state: (rate: number) => OpenState): number {
  let [low, high] = [1e-6, 1e6];
  for (let i = 0; i < 60; i++) {
    const rate = Math.sqrt(low * high);
    if (state(rate).stable) low = rate;
    else high = rate;
  }
  return low;
}

const onEngines = (check: (engine: Engine) => void): void =>
  fc.assert(fc.property(engines, check), { ...SEEDED, numRuns: 20 });

/** The same without other ranks, with which its slots would share a line. */
const alone = ({ features, coefficients }: Engine): Engine => ({
  features: { ...features, dataParallel: 1, pipelineParallel: 1 },
  coefficients,
});

test('one slot: requests of one length wait as in M/D/1', () => {
  onEngines((several) => {
    const engine = alone(several);
    const state = at(engine, 1, 300);
    const capacity = capacityOf(state);
    for (const load of [0.3, 0.6, 0.9]) {
      const { blockedSeconds } = state(load * capacity);
      expect(blockedSeconds * capacity).toBeGreaterThan((0.97 * load) / 2 / (1 - load));
      expect(blockedSeconds * capacity).toBeLessThan((1.08 * load) / 2 / (1 - load));
    }
  });
});

test('more slots: a shorter wait at a rate, and no slower tokens than without a limit', () => {
  onEngines((engine) => {
    const [few, more, many] = [4, 8, 512].map((slots) => at(engine, slots, 300));
    const rate = 0.8 * capacityOf(few!);
    expect(few!(rate).blockedSeconds).toBeGreaterThan(more!(rate).blockedSeconds);
    expect(few!(rate).tpotSeconds).toBeLessThanOrEqual(many!(rate).tpotSeconds * (1 + 1e-9));
    expect(few!(rate).decodeBatch).toBeLessThan(4);
  });
});

test('near capacity the wait grows as its remainder shrinks, and beyond it has no end', () => {
  onEngines((several) => {
    const engine = alone(several);
    const state = at(engine, 5, 300);
    const capacity = capacityOf(state);
    const left = (load: number): number => (1 - load) * state(load * capacity).blockedSeconds;
    expect(left(0.99) / left(0.97)).toBeGreaterThan(0.97);
    expect(left(0.99) / left(0.97)).toBeLessThan(1.1);
    expect(state(1.01 * capacity).stable).toBe(false);
  });
});

test('answers of one token, and parts of a slot', () => {
  onEngines((engine) => {
    expect(at(engine, 2, 1)(1).ttftSeconds).toBeGreaterThan(0);
    const state = at(engine, 4.5, 300);
    const { ttftSeconds, tpotSeconds } = state(0.7 * capacityOf(state));
    expect(Number.isFinite(ttftSeconds) && Number.isFinite(tpotSeconds)).toBe(true);
  });
});
