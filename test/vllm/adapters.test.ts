import fc from 'fast-check';
import { getModel, MODELS } from '../../src/models/registry';
import { adapterBytesOnStage, adapterLayoutProblem, adapterRoom } from '../../src/vllm/adapters';
import { serveArguments } from '../../src/vllm/arguments';
import { GIB } from '../../src/vllm/budget';
import { type Layout, tensorParallelOnly } from '../../src/vllm/layout';
import { pipelineStages } from '../../src/vllm/pipeline';
import { LATEST_RELEASE } from '../../src/vllm/releases';
import { budgetOf } from './inputs';

const moe = getModel('Qwen3.5-35B-A3B').architecture;
const dense = getModel('Qwen3.5-9B').architecture;
const bytes = (
  a: typeof moe,
  layout: Layout,
  layers: 'projections' | 'all',
  maxRank = 16,
  slots = 1,
): number => adapterBytesOnStage(a, layout, pipelineStages(a, layout)[0]!, { layers, slots, maxRank });

test('projections of 35B-A3B, one slot of rank 16 on one GPU: every matrix by hand', () => {
  // Hidden 2,048; q with gate 8,192, k and v 512 each; GDN keys 2,048, values 4,096; shared expert 512.
  const attention = 3 * 2048 + (8192 + 512 + 512) + 4096 + 2048;
  const gdn = 3 * 2048 + (2 * 2048 + 4096) + (2048 + 4096) + (2 * 2048 + 2 * 32) + (4096 + 2048);
  const sharedExpert = 2 * 2048 + 2 * 512 + (512 + 2048) + (2048 + 1);
  const elements = 10 * attention + 30 * gdn + 40 * sharedExpert;
  expect(bytes(moe, tensorParallelOnly(1), 'projections')).toBe(elements * 16 * 2);
});

test('all layers add routed experts, router, embedding and head', () => {
  const experts = 256 * (2048 + 2 * 512 + (512 + 2048));
  const router = 2048 + 256;
  const small = 4 + 8192; // conv1d
  const ends = 2 * (248_320 + 2048);
  const more = 40 * (experts + router) + 30 * small + ends;
  const [projections, all] = (['projections', 'all'] as const).map((layers) =>
    bytes(moe, tensorParallelOnly(1), layers),
  );
  expect(all! - projections!).toBe(more * 16 * 2);
});

test('tensor parallelism splits one matrix of each pair and leaves the other whole', () => {
  // 9B: hidden 4,096, FFN 12,288: A of gate and up whole, B split; A of down split, B whole.
  const ffn = (tp: number): number => 2 * 4096 + (2 * 12_288) / tp + (12_288 / tp + 4096);
  const attention = (tp: number): number => 3 * 4096 + (2 * 4096 + 2 * 1024) / tp + (4096 / tp + 4096);
  const gdn = (tp: number): number =>
    3 * 4096 + (2 * 2048 + 4096) / tp + (4096 + 4096 / tp) + (2 * 4096 + 64 / tp) + (4096 / tp + 4096);
  for (const tp of [1, 2, 4])
    expect(bytes(dense, tensorParallelOnly(tp), 'projections')).toBe(
      (8 * attention(tp) + 24 * gdn(tp) + 32 * ffn(tp)) * 16 * 2,
    );
});

test('bytes grow with slots and rank, and a pipeline shares the layers out', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...MODELS),
      fc.constantFrom('projections' as const, 'all' as const),
      fc.integer({ min: 1, max: 16 }),
      fc.constantFrom(8, 16, 64, 256),
      ({ architecture: a }, layers, slots, maxRank) => {
        const one = bytes(a, tensorParallelOnly(1), layers, maxRank, 1);
        expect(bytes(a, tensorParallelOnly(1), layers, maxRank, slots)).toBeCloseTo(one * slots, -2);
        expect(bytes(a, tensorParallelOnly(1), layers, 2 * maxRank, 1)).toBeCloseTo(2 * one, -2);
        const halves = { ...tensorParallelOnly(1), pipelineParallel: 2 };
        const sum = pipelineStages(a, halves)
          .map((stage) => adapterBytesOnStage(a, halves, stage, { layers, slots: 1, maxRank }))
          .reduce((x, y) => x + y, 0);
        // The embedding is on every stage.
        expect(sum / one).toBeGreaterThanOrEqual(1 - 1e-9);
        expect(sum / one).toBeLessThan(1.2);
      },
    ),
    { seed: 7, numRuns: 100 },
  );
});

test('the room is the smallest rank that vLLM takes; none without slots', () => {
  expect(adapterRoom([4, 9], 2, 'projections')).toEqual({ layers: 'projections', slots: 2, maxRank: 16 });
  expect(adapterRoom([512], 1, 'all')).toMatchObject({ maxRank: 512 });
  expect(adapterRoom([], 0, 'projections')).toBeNull();
  expect(() => adapterRoom([513], 1, 'projections')).toThrow(RangeError);
});

test('memory: the parts still add up, and the KV cache gives what adapters take', () => {
  const adapters = { layers: 'projections', slots: 4, maxRank: 64 } as const;
  const [without, with4] = [budgetOf('Qwen3.5-9B', 'bf16', {}), budgetOf('Qwen3.5-9B', 'bf16', { adapters })];
  expect(without.adaptersGiB).toBe(0);
  expect(with4.adaptersGiB).toBeCloseTo(bytes(dense, tensorParallelOnly(1), 'projections', 64, 4) / GIB, 9);
  // Each size is captured with and without adapters.
  const graphs = with4.cudaGraphGiB - without.cudaGraphGiB;
  expect(graphs).toBeGreaterThan(0.05);
  expect(graphs).toBeLessThan(without.cudaGraphGiB);
  expect(without.kvCacheGiB - with4.kvCacheGiB).toBeCloseTo(with4.adaptersGiB + graphs, 9);
  const all = { layers: 'all', slots: 64, maxRank: 512 } as const;
  const { fits, reasons } = budgetOf('Qwen3.5-35B-A3B', 'fp8', { adapters: all });
  expect(fits).toBe(false);
  expect(reasons[0]).toMatch(/weights .* GiB, LoRA adapters .* GiB and work space leave no KV cache/);
});

test('experts that tensor and data parallelism share take no adapters', () => {
  const shared = { tensorParallel: 2, pipelineParallel: 1, dataParallel: 4, expertParallel: true };
  expect(adapterLayoutProblem(shared, 'all')).toMatch(/sequence-parallel/);
  expect(adapterLayoutProblem(shared, 'projections')).toBeNull();
  expect(adapterLayoutProblem({ ...shared, tensorParallel: 1 }, 'all')).toBeNull();
});

test('arguments: the adapters by name, the layers that they may change', () => {
  const settings = {
    hfId: 'Qwen/Qwen3.5-9B',
    revision: 'main',
    servedModelName: 'Qwen3.5-9B',
    layout: tensorParallelOnly(1),
    maxModelLen: 4096,
    maxNumSeqs: 8,
    maxNumBatchedTokens: 2048,
    gpuMemoryUtilization: 0.9,
    kvCacheDtype: 'auto',
    prefixCaching: true,
    mtpTokens: 0,
    multimodal: false,
    thinking: true,
    shutdownTimeoutSeconds: 60,
    keepAliveSeconds: 100,
  } as const;
  const modules = [
    { name: 'support', path: '/cache/a' },
    { name: 'legal', path: '/cache/b' },
  ];
  const wordsOf = (layers: 'projections' | 'all'): string[] =>
    serveArguments(
      { ...settings, adapters: { room: { layers, slots: 2, maxRank: 32 }, modules } },
      LATEST_RELEASE,
    );
  const words = wordsOf('projections');
  const after = (name: string, count: number): string[] =>
    words.slice(words.indexOf(name) + 1, words.indexOf(name) + 1 + count);
  expect(words).toContain('--enable-lora');
  expect(after('--max-loras', 1)).toEqual(['2']);
  expect(after('--max-lora-rank', 1)).toEqual(['32']);
  expect(after('--lora-modules', 2)).toEqual(['support=/cache/a', 'legal=/cache/b']);
  expect(after('--lora-target-modules', 2)).toEqual(['qkv_proj', 'o_proj']);
  expect(wordsOf('all')).not.toContain('--lora-target-modules');
  expect(serveArguments(settings, LATEST_RELEASE).join(' ')).not.toContain('lora');
});
