import fc from 'fast-check';
import { getGpu } from '../../src/hardware/gpus';
import { getModel } from '../../src/models/registry';
import { forTask } from '../../src/performance/acceptance';
import { FITTED } from '../../src/performance/coefficients';
import { stepFeatures } from '../../src/performance/features';
import { computePerToken, computeSeconds } from '../../src/performance/rates';
import {
  acceptedTokens,
  decodeStep,
  mixedStepSeconds,
  prefillSeconds,
  visionSeconds,
} from '../../src/performance/step';
import { tensorParallelOnly } from '../../src/vllm/layout';
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

describe('drafts', () => {
  const engineWith = (mtpTokens: number) =>
    stepFeatures(getModel('Qwen3.5-27B').architecture, 'bf16', getGpu('H200'), tensorParallelOnly(1), {
      kvBytes: 2,
      mtpTokens,
    });
  const plain = engineWith(0);
  const k = FITTED;

  // vLLM stores the GDN state of every verified token, to go back to the last that is right; it reads one.
  test('write a GDN state for each verified token', () => {
    const written = (mtpTokens: number): number => decodeStep(engineWith(mtpTokens), k, 8, 1000).state;
    expect((written(3) - written(0)) / (written(1) - written(0))).toBeCloseTo(3, 1);
    expect(written(3) / written(0)).toBeGreaterThan(2.3);
    expect(written(3) / written(0)).toBeLessThan(2.5);
  });

  // The draft layer is a full-attention layer with a KV cache of its own, which each draft reads.
  test('read the context once more for each draft', () => {
    const layers = plain.attentionLayers;
    for (const drafts of [1, 2, 4]) {
      const read = decodeStep(engineWith(drafts), k, 8, 50_000).kv;
      expect(read / decodeStep(plain, k, 8, 50_000).kv).toBeCloseTo((layers + drafts) / layers, 9);
    }
  });

  test('cost a prompt one layer more, however many they are', () => {
    const prompt = { inputTokens: 100_000, maxNumBatchedTokens: 8192, decodeBatch: 0, share: 1 };
    const one = prefillSeconds(engineWith(1), k, prompt);
    expect(prefillSeconds(engineWith(3), k, prompt)).toBeCloseTo(one, 9);
    const more = one / prefillSeconds(plain, k, prompt);
    expect(more).toBeGreaterThan(1 + 1 / plain.layers);
    expect(more).toBeLessThan(1 + 1 / plain.attentionLayers);
  });

  test('exchange activations in every pass of the draft layer', () => {
    const split = (mtpTokens: number) =>
      stepFeatures(getModel('Qwen3.5-27B').architecture, 'bf16', getGpu('L40S'), tensorParallelOnly(4), {
        kvBytes: 2,
        mtpTokens,
      });
    // So few tokens that only latencies count: two all-reduces a layer.
    const latency = (mtpTokens: number): number => decodeStep(split(mtpTokens), k, 1e-9, 1000).communication;
    for (const drafts of [1, 2, 4])
      expect(latency(drafts) / latency(0)).toBeCloseTo((plain.layers + drafts) / plain.layers, 6);
  });
});

describe('images', () => {
  const engineOn = (tensorParallel: number) =>
    stepFeatures(
      getModel('Qwen3.5-27B').architecture,
      'bf16',
      getGpu('H200'),
      tensorParallelOnly(tensorParallel),
      { kvBytes: 2, mtpTokens: 0 },
    );
  const seconds = (count: number, tokens: number, tensorParallel = 1): number =>
    visionSeconds(engineOn(tensorParallel), FITTED, { count, tokens });

  // 27 layers of 1,152: at 16,384 patches attention is twice the rest.
  test('attend to themselves: one large one takes longer than two of half its size', () => {
    const f = engineOn(1);
    expect((4096 * f.visionPairFlop) / f.visionFlop).toBeGreaterThan(1.8);
    expect((4096 * f.visionPairFlop) / f.visionFlop).toBeLessThan(2.4);
    expect(seconds(1, 4096)).toBeGreaterThan(1.4 * seconds(2, 2048));
    expect(seconds(3, 1000) / seconds(1, 1000)).toBeCloseTo(3, 9);
  });

  test('are encoded by all GPUs of a tensor-parallel group together', () => {
    expect(seconds(1, 1000, 4) / seconds(1, 1000)).toBeCloseTo(1 / 4, 9);
  });

  test('take no time where there are none', () => {
    expect(visionSeconds(engineOn(1), FITTED, undefined)).toBe(0);
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

  test('more drafts than were measured are as right as the most that were', () => {
    expect(forTask(FITTED, 'code', 12).mtpAcceptance).toBe(forTask(FITTED, 'code', 8).mtpAcceptance);
  });

  test('a mixed task keeps the fitted acceptance', () => {
    expect(forTask(FITTED, 'mixed', 2)).toBe(FITTED);
  });
});
