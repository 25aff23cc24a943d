import fc from 'fast-check';
import { getGpu } from '../../src/hardware/gpus';
import { getModel } from '../../src/models/registry';
import { coefficientsFor, FITTED } from '../../src/performance/coefficients';
import { stepFeatures } from '../../src/performance/features';
import type { Load } from '../../src/performance/load';
import { clusters, metPrompts } from '../../src/performance/met-prompts';
import { openLoop } from '../../src/performance/open-loop';
import { ownTimes } from '../../src/performance/own-times';
import { percentile95 } from '../../src/performance/percentile';
import { promptKinds } from '../../src/performance/prompt-kinds';
import { mixtureP95, tailOfAll, type WeightedSpread } from '../../src/performance/queueing';
import { turnWaits } from '../../src/performance/turn-waits';
import { tensorParallelOnly } from '../../src/vllm/layout';

const model = getModel('Qwen3.5-9B');
const features = stepFeatures(model.architecture, 'bf16', getGpu('L40S'), tensorParallelOnly(1), {
  kvBytes: 2,
  mtpTokens: 0,
});
const coefficients = coefficientsFor(FITTED, model.name, 'L40S');
/** Prompts of several budgets, one by one. */
const load: Load = {
  arrivals: { kind: 'open', requestsPerSecond: 0.05, spacing: 'poisson' },
  inputTokens: 9000,
  outputTokens: 100,
  maxBatch: 128,
  maxNumBatchedTokens: 2048,
  blockTokens: 528,
};
const history = { share: 0.5, ofPrompt: 0.8, lessTokens: 0 };

const sumOf = <T>(list: readonly T[], of: (item: T) => number): number =>
  list.reduce((sum, item) => sum + of(item), 0);

test('prompts by kind: shares, means and spread of both are those of all', () => {
  const prompts = [
    { weight: 0.3, seconds: 2, found: false },
    { weight: 0.1, seconds: 6, found: false },
    { weight: 0.6, seconds: 0.5, found: true },
  ];
  const mean = 1.5;
  const kinds = promptKinds(prompts);
  expect(kinds.map(({ share }) => share)).toEqual([0.4, 0.6]);
  expect(kinds[0]!.relative).toBeCloseTo(3 / mean, 9);
  expect(kinds[0]!.variation).toBeCloseTo(3 / 9, 9);
  expect(kinds[1]!.relative).toBeCloseTo(0.5 / mean, 9);
  expect(kinds[1]!.variation).toBeCloseTo(0, 9);
  expect(promptKinds([{ weight: 1, seconds: 3, found: false }])).toEqual([
    { share: 1, relative: 1, variation: 0 },
  ]);
});

test('prompts that are met have the mean and the spread that were asked for, few and many', () => {
  const kinds = [
    { share: 0.25, relative: 2.8, variation: 0 },
    { share: 0.75, relative: 0.4, variation: 0 },
  ];
  const variation = 0.25 * 2.8 ** 2 + 0.75 * 0.4 ** 2 - 1;
  for (const mean of [0.3, 1, 3, 12])
    for (const dispersion of [1, 1.5, 3]) {
      const met = metPrompts(mean, dispersion, variation, kinds);
      expect(sumOf(met, ({ probability }) => probability)).toBeCloseTo(1, 6);
      const prompts = sumOf(met, (m) => m.probability * m.prompts);
      // The rarest numbers, one in fifty, count as one more than the last that is told apart.
      expect(Math.abs(prompts / mean - 1)).toBeLessThan(0.06);
      const square = sumOf(met, (m) => m.probability * (m.variance + m.prompts ** 2));
      expect((square - prompts ** 2) / mean).toBeGreaterThan(0.75 * (dispersion + variation));
      expect((square - prompts ** 2) / mean).toBeLessThan(1.2 * dispersion * (1 + variation));
    }
  expect(clusters(0, 100)).toBe(1);
  expect(clusters(0.5, 1e6)).toBeCloseTo(4, 3);
  expect(clusters(0.5, 1e-6)).toBeCloseTo(1, 3);
});

test('the tail of a mixture is known between points: its 95th percentile is that of the parts', () => {
  const parts: WeightedSpread[] = [
    { weight: 0.3, least: 0, width: 2 },
    { weight: 0.2, least: 1, mean: 4, variance: 6 },
  ];
  const { weight, tail } = tailOfAll(parts);
  expect(weight).toBeCloseTo(0.5, 12);
  const p95 = mixtureP95(parts.map((part) => ({ ...part, weight: part.weight / 0.5 })));
  expect(tail(p95)).toBeCloseTo(0.05, 2);
  expect([tail(-1), tail(1e6), tailOfAll([]).tail(0)]).toEqual([1, 0, 0]);
});

test('who waits for the turns of others: as long as the mean has it, and alone behind one as long as that has left', () => {
  for (const cached of [{}, { history }]) {
    const of = { ...load, ...cached };
    const state = openLoop(features, coefficients, of)(0.3);
    const own = ownTimes(features, coefficients, of)(state);
    const { atOnce, restSeconds, behind } = turnWaits(state, own);
    const { used, serviceSeconds, rate } = state.firstToken;
    expect(state.steps.oneByOne).toBe(1);
    expect(atOnce + sumOf(behind, ({ weight }) => weight)).toBeCloseTo(1, 9);
    // Pollaczek and Khinchine, beside the step that all wait for and what those behind fill up.
    const waited = sumOf(
      behind,
      (part) => part.weight * ('width' in part ? part.width / 2 : part.mean - part.least),
    );
    const variation = 1 + state.steps.work.variation;
    const expected = (rate * serviceSeconds ** 2 * variation) / (2 * (1 - used)) + used * restSeconds;
    const filled = waited / expected - 1;
    expect(filled).toBeGreaterThan(-1e-9);
    expect(filled).toBeLessThan(0.12);
    if (own.length === 1)
      for (const part of behind)
        if ('width' in part) expect(part.width).toBeCloseTo(serviceSeconds + 2 * restSeconds, 9);
  }
});

test('prompts of two unequal steps take the time of both, and lengths of unequal cost keep their mean', () => {
  const at = (of: Load) => ownTimes(features, coefficients, of)(openLoop(features, coefficients, of)(1e-6));
  const plain = { ...load, blockTokens: 0 };
  const [whole] = at({ ...plain, inputTokens: 2048 });
  const [rest] = at({ ...plain, inputTokens: 252 });
  const [both] = at({ ...plain, inputTokens: 2300 });
  expect(Math.abs(both!.engineSeconds / (whole!.engineSeconds + rest!.engineSeconds) - 1)).toBeLessThan(0.02);
  expect(Math.abs(both!.beforeLastSeconds / whole!.engineSeconds - 1)).toBeLessThan(0.02);
  expect(both!.room).toBeCloseTo((2 * 2048 - 2300) / 2300, 2);

  const varied = at({ ...load, inputVariation: 0.6 });
  expect(sumOf(varied, ({ weight }) => weight)).toBeCloseTo(1, 6);
  const equal = at(load)[0]!.seconds;
  expect(Math.abs(sumOf(varied, (o) => o.weight * o.seconds) / equal - 1)).toBeLessThan(0.1);
});

test('percentiles are numbers above what the fastest takes, at any rate and share of hits', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 1.5, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(1, 2.5),
      (requestsPerSecond, share, spread) => {
        const of: Load = {
          ...load,
          arrivals: { kind: 'open', requestsPerSecond, spacing: 'poisson' },
          history: { ...history, share },
        };
        const tail = { inputP95Tokens: spread * 9000, outputP95Tokens: spread * 100 };
        const { ttftP95Seconds, tpotP95Seconds } = percentile95(features, coefficients, of, tail);
        expect(ttftP95Seconds).toBeGreaterThan(0.1);
        expect(tpotP95Seconds).toBeGreaterThan(0.01);
        expect(Number.isFinite(ttftP95Seconds + tpotP95Seconds)).toBe(true);
      },
    ),
  );
});
