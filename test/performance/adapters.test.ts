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

describe('what is launched and moved for a token, written out again', () => {
  const HIDDEN = 5120;
  test('27B, dense, projections: three kernels a layer, its input read once a slice, its output read and written', () => {
    const { a, layout, f } = engine('Qwen3.5-27B', 'H100', 1);
    const adapted = withAdapters(f, a, layout, { layers: 'projections', slots: 2, maxRank: 16 });
    const moved = (slices: number, inputs: number, outputs: number): number =>
      2 * (slices * inputs + 2 * outputs);
    const attention =
      moved(3, HIDDEN, 2 * 24 * 256 + 2 * 4 * 256) + // q with its gate, k, v
      moved(1, 24 * 256, HIDDEN);
    const gdn =
      moved(3, HIDDEN, (2 * 16 + 48) * 128) + // q, k, v
      moved(1, HIDDEN, 48 * 128) + // z
      moved(2, HIDDEN, 2 * 48) + // b, a
      moved(1, 48 * 128, HIDDEN);
    const mlp = moved(2, HIDDEN, 2 * 17_408) + moved(1, 17_408, HIDDEN);
    expect(adapted.adapterTokenSeconds).toBeCloseTo((16 * attention + 48 * gdn + 64 * mlp) / 0.8e12, 12);
    expect(adapted.adapterStepSeconds).toBeCloseTo((16 * 2 + 48 * 4 + 64 * 2) * 3 * 2.5e-6, 12);
  });

  test('35B, experts too: six kernels a layer for the pair of its experts, eight of which a token meets', () => {
    const { a, layout, f } = engine('Qwen3.5-35B-A3B', 'H100', 1);
    const room = { slots: 2, maxRank: 16 };
    const [few, all] = (['projections', 'all'] as const).map((layers) =>
      withAdapters(f, a, layout, { ...room, layers }),
    );
    // Router, embedding and head are adapted as well; the embedding is looked up, the head is no step of every token.
    const kernels = 40 * (6 + 3) + 2 * 3;
    expect(all!.adapterStepSeconds! - few!.adapterStepSeconds!).toBeCloseTo(kernels * 2.5e-6, 12);
    const expert = 2 * (2048 + 2 * 2 * 512) + 2 * (512 + 2 * 2048);
    const router = 2 * (2048 + 2 * 256);
    expect(all!.adapterTokenSeconds! - few!.adapterTokenSeconds!).toBeCloseTo(
      (40 * (8 * expert + router)) / 0.8e12,
      12,
    );
    const pairs = 256 * 16 * (2048 + 2 * 512 + (512 + 2048)) * 2;
    expect(all!.expertWeightBytes - f.expertWeightBytes).toBeCloseTo(40 * room.slots * pairs, 0);
  });
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
