import fc from 'fast-check';
import { getGpu } from '../../src/hardware/gpus';
import { getModel, MODELS } from '../../src/models/registry';
import { adapterFooting, withAdapters } from '../../src/performance/adapters';
import { groundedIn } from '../../src/performance/calibration';
import { coefficientsFor, FITTED } from '../../src/performance/coefficients';
import { stepFeatures } from '../../src/performance/features';
import { spreadOf } from '../../src/performance/interval';
import { decodeStep, mixedStepSeconds, prefillSeconds } from '../../src/performance/step';
import { decodeCurve, prefillCurve } from '../../src/performance/step-curves';
import { tensorParallelOnly } from '../../src/vllm/layout';

const engine = (name: string, gpu: string, tp: number) => {
  const { architecture: a } = getModel(name);
  const layout = tensorParallelOnly(tp);
  const f = stepFeatures(a, 'fp8', getGpu(gpu), layout, { kvBytes: 2, mtpTokens: 0 });
  return { a, layout, f, k: coefficientsFor(FITTED, name, gpu) };
};

test('without adapters nothing changes, not even the object', () => {
  const { a, layout, f } = engine('Qwen3.5-35B-A3B', 'H100', 1);
  expect(withAdapters(f, a, layout, null)).toBe(f);
});

test('a step takes longer with adapters, and with more or larger ones; experts cost most', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...MODELS),
      fc.constantFrom('L40S', 'H100', 'B200'),
      fc.double({ min: 0.5, max: 300, noNaN: true }),
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom(8, 64),
      ({ name }, gpu, batch, slots, maxRank) => {
        const { a, layout, f, k } = engine(name, gpu, 1);
        const decode = (of: typeof f): number => decodeStep(of, k, batch, 1000).total;
        const prompt = (of: typeof f): number =>
          mixedStepSeconds(of, k, {
            decodeBatch: batch,
            decodeContextTokens: 1000,
            prefillTokens: 1000,
            prefillContextTokens: 0,
          });
        const room = { layers: 'projections', slots, maxRank } as const;
        const [few, more, large, all] = [
          room,
          { ...room, slots: slots + 1 },
          { ...room, maxRank: 2 * maxRank },
          { ...room, layers: 'all' as const },
        ].map((given) => withAdapters(f, a, layout, given));
        for (const seconds of [decode, prompt]) {
          expect(seconds(few!)).toBeGreaterThan(seconds(f));
          expect(seconds(more!)).toBeGreaterThanOrEqual(seconds(few!));
          expect(seconds(large!)).toBeGreaterThanOrEqual(seconds(few!));
          expect(seconds(all!)).toBeGreaterThan(seconds(few!));
        }
      },
    ),
    { seed: 11, numRuns: 100 },
  );
});

test('the curves of a search are the steps with adapters too', () => {
  const { a, layout, f, k } = engine('Qwen3.5-122B-A10B', 'H200', 2);
  const with4 = withAdapters(f, a, layout, { layers: 'all', slots: 4, maxRank: 16 });
  for (const batch of [0.5, 7, 100])
    expect(decodeCurve(with4, k, 2000)(batch) / decodeStep(with4, k, batch, 2000).total).toBeCloseTo(1, 9);
  const input = { inputTokens: 3000, maxNumBatchedTokens: 8192, decodeBatch: 20, share: 1 };
  expect(prefillCurve(with4, k, 3000, 0)(20, 3000) / prefillSeconds(with4, k, input)).toBeCloseTo(1, 9);
});

test('nobody measured it: related at best, and wider the more adapters weigh', () => {
  const { a, layout, f } = engine('Qwen3.5-35B-A3B', 'H100', 1);
  const grounded = groundedIn(FITTED, [], {
    model: 'Qwen3.5-35B-A3B',
    gpu: 'H100',
    checkpoint: 'fp8',
    layout,
    kvCacheDtype: 'auto',
    mtpTokens: 0,
  });
  expect(adapterFooting(grounded, f, f, 8192)).toBe(grounded);
  const spreads = (['projections', 'all'] as const).map((layers) => {
    const with4 = withAdapters(f, a, layout, { layers, slots: 4, maxRank: 16 });
    const { basis, footing } = adapterFooting(grounded, f, with4, 8192);
    expect(basis).not.toBe('measured');
    return spreadOf('tpot', footing, 'steady');
  });
  expect(spreads[0]).toBeGreaterThan(spreadOf('tpot', grounded.footing, 'steady'));
  expect(spreads[1]).toBeGreaterThan(spreads[0]!);
});

test('four-bit experts on Blackwell are unpacked as soon as there are adapters, whatever these change', () => {
  const { architecture: a } = getModel('Qwen3.5-397B-A17B');
  const layout = tensorParallelOnly(8);
  const f = stepFeatures(a, 'nvfp4', getGpu('B200'), layout, { kvBytes: 2, mtpTokens: 0 });
  expect(f.expertFlop.fp4).toBeGreaterThan(0);
  for (const layers of ['projections', 'all'] as const)
    expect(withAdapters(f, a, layout, { layers, slots: 1, maxRank: 16 }).expertFlop).toEqual({
      ...f.expertFlop,
      bf16: f.expertFlop.bf16 + f.expertFlop.fp4,
      fp4: 0,
    });
});
