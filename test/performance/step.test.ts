import fc from 'fast-check';
import { forTask } from '../../src/performance/acceptance';
import { FITTED } from '../../src/performance/coefficients';
import { computePerToken, computeSeconds } from '../../src/performance/rates';
import { acceptedTokens, decodeStep, mixedStepSeconds, prefillSeconds } from '../../src/performance/step';
import { EXAMPLE, engines, SEEDED } from './arbitrary';

const batches = fc.integer({ min: 1, max: 512 });
const contexts = fc.integer({ min: 1, max: 262_144 });

describe('experts', () => {
  const moe = engines.filter(({ features }) => features.moeLayers > 0);

  test('compute for whole tiles: one token costs a tile of each of its experts', () => {
    fc.assert(
      fc.property(moe, ({ features: f, coefficients: k }) => {
        const alone = { ...f, dataParallel: 1 };
        const { dense, experts } = computePerToken(alone, k);
        expect(computeSeconds(alone, k, 1)).toBeCloseTo(dense + k.expertTileRows * experts, 12);
      }),
      SEEDED,
    );
  });

  test('lose little to tiles in a large step, nothing without tiles, and dense layers never', () => {
    fc.assert(
      fc.property(engines, ({ features: f, coefficients: k }) => {
        const { dense, experts } = computePerToken(f, k);
        const plain = 65_536 * (dense + experts);
        const tiled = computeSeconds(f, k, 65_536);
        expect(tiled).toBeGreaterThanOrEqual(plain * (1 - 1e-12));
        // Half a tile for each expert, a few hundred at most, beside the tokens of 65,536 x their experts.
        expect(tiled).toBeLessThanOrEqual(plain * (f.moeLayers > 0 ? 1.01 : 1 + 1e-12));
        expect(computeSeconds(f, { ...k, expertTileRows: 1 }, 65_536)).toBeCloseTo(plain, 9);
      }),
      SEEDED,
    );
  });
});

describe('one step', () => {
  test('takes no less time with a larger batch or a longer context', () => {
    fc.assert(
      fc.property(engines, batches, contexts, ({ features: f, coefficients: k }, batch, context) => {
        const here = decodeStep(f, k, batch, context).total;
        expect(here).toBeGreaterThan(0);
        expect(decodeStep(f, k, batch + 1, context).total).toBeGreaterThanOrEqual(here);
        expect(decodeStep(f, k, batch, context + 100).total).toBeGreaterThanOrEqual(here);
      }),
      SEEDED,
    );
  });

  test('without prompts is a decode step', () => {
    fc.assert(
      fc.property(
        engines,
        batches,
        contexts,
        ({ features: f, coefficients: k }, decodeBatch, decodeContextTokens) => {
          const step = { decodeBatch, decodeContextTokens, prefillTokens: 0, prefillContextTokens: 0 };
          expect(mixedStepSeconds(f, k, step)).toBe(decodeStep(f, k, decodeBatch, decodeContextTokens).total);
        },
      ),
      SEEDED,
    );
  });

  test('a prompt in chunks adds up to its prefill', () => {
    const chunk = 2048;
    fc.assert(
      fc.property(
        engines,
        batches,
        fc.integer({ min: 1, max: 16 }),
        ({ features: f, coefficients: k }, decodeBatch, chunks) => {
          const alone = decodeStep(f, k, decodeBatch, 1000).total;
          let excess = 0;
          for (let i = 0; i < chunks; i++) {
            const step = {
              decodeBatch,
              decodeContextTokens: 1000,
              prefillTokens: chunk,
              prefillContextTokens: i * chunk,
            };
            excess += mixedStepSeconds(f, k, step) - alone;
          }
          const whole = prefillSeconds(f, k, {
            inputTokens: chunks * chunk,
            maxNumBatchedTokens: chunk,
            decodeBatch,
            share: 1,
          });
          expect(excess / whole).toBeCloseTo(1, 9);
        },
      ),
      SEEDED,
    );
  });

  test('prompt tokens in the cache are context, not work', () => {
    const { features: f, coefficients: k } = EXAMPLE;
    const input = { maxNumBatchedTokens: 8192, decodeBatch: 8, share: 1 };
    const cold = prefillSeconds(f, k, { ...input, inputTokens: 8192 });
    const warm = prefillSeconds(f, k, { ...input, inputTokens: 4096, cachedTokens: 4096 });
    expect(warm).toBeLessThan(cold);
    expect(warm).toBeGreaterThan(prefillSeconds(f, k, { ...input, inputTokens: 4096 }));
  });
});

describe('accepted tokens', () => {
  test('one a step without drafts, one more than the drafts when all are right', () => {
    expect(acceptedTokens(0, 0.9)).toBe(1);
    expect(acceptedTokens(3, 1)).toBe(4);
  });

  test.each([
    ['code-thinking', 1, 1.93],
    ['code-thinking', 4, 3.97],
    ['code', 8, 4.71],
  ] as const)('%s with %d drafts reproduces the measured acceptance length %d', (task, drafts, length) => {
    expect(acceptedTokens(drafts, forTask(FITTED, task, drafts).mtpAcceptance)).toBeCloseTo(length, 6);
  });

  test('a mixed task keeps the fitted acceptance', () => {
    expect(forTask(FITTED, 'mixed', 2)).toBe(FITTED);
  });
});
