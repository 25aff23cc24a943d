import fc from 'fast-check';
import { getModel, MODELS } from '../../src/models/registry';
import { blockRules } from '../../src/vllm/block-rules';
import { tensorParallelOnly } from '../../src/vllm/layout';
import { blocksPerSequence, type PoolOptions, poolLayout } from '../../src/vllm/pool';
import { findRelease, LATEST_RELEASE, RELEASES } from '../../src/vllm/releases';
import { splitProblem } from '../../src/vllm/validity';
import layouts from '../data/qwen35-kv-layouts.json';
import { budgetOf } from './inputs';

interface KvLayout {
  readonly attn_bytes_per_token_per_gpu: number;
  readonly gdn_state_bytes_per_layer_per_gpu: number;
  readonly attention_block_tokens: number;
  readonly page_bytes: number;
  readonly bytes_per_block_per_gpu: number;
  readonly gdn_pool_bytes_per_seq_none_mode: number;
  readonly gdn_pool_bytes_per_seq_align_mode: number;
}

const options = (overrides: Partial<PoolOptions> = {}): PoolOptions => ({
  tensorParallel: 1,
  kvCacheDtype: 'auto',
  ssmCacheDtype: 'auto',
  prefixCaching: false,
  mtpTokens: 0,
  ...overrides,
});

describe('worked layouts of the shared data', () => {
  const rows = Object.entries(layouts.models).flatMap(([model, { kv }]) =>
    Object.entries(kv as unknown as Record<string, KvLayout>).map(([key, layout]) => ({
      model,
      key,
      layout,
    })),
  );

  it('covers eight models, four splits and both dtypes', () => {
    expect(rows).toHaveLength(8 * 4 * 2);
  });

  it.each(rows)('$model $key', ({ model, key, layout }) => {
    const [, tp, dtype] = /^tp(\d+)_(bf16|fp8)$/.exec(key)!;
    const { architecture } = getModel(model);
    const split = {
      tensorParallel: Number(tp),
      kvCacheDtype: dtype === 'fp8' ? ('fp8' as const) : ('auto' as const),
    };
    const plain = poolLayout(architecture, options(split));
    const caching = poolLayout(architecture, options({ ...split, prefixCaching: true }));
    expect({
      attn_bytes_per_token_per_gpu: plain.attentionBytesPerToken,
      gdn_state_bytes_per_layer_per_gpu: plain.gdnStateBytesPerLayer,
      attention_block_tokens: plain.blockTokens,
      page_bytes: plain.pageBytes,
      bytes_per_block_per_gpu: plain.poolBlockBytes,
      gdn_pool_bytes_per_seq_none_mode: plain.fixedBlocksPerSequence * plain.poolBlockBytes,
      gdn_pool_bytes_per_seq_align_mode: caching.fixedBlocksPerSequence * caching.poolBlockBytes,
      layers_per_group: architecture.fullAttentionLayers,
      gdn_groups: plain.groups - 1,
    }).toEqual(layout);
  });
});

/** The formula of qwen35.md section 4, written out again and not sharing code with the implementation. */
describe('every model, TP 1 to 16, KV dtype, caching, MTP', () => {
  const cases = MODELS.flatMap((model) =>
    Array.from({ length: 16 }, (_, i) => i + 1)
      .filter((tp) => splitProblem(model.architecture, 'bf16', tensorParallelOnly(tp)) === null)
      .map((tp) => ({ name: model.name, tp })),
  );

  it.each(cases)('$name TP $tp', ({ name, tp }) => {
    const a = getModel(name).architecture;
    for (const kvCacheDtype of ['auto', 'fp8'] as const) {
      for (const prefixCaching of [false, true]) {
        for (const mtpTokens of [0, 1, 2, 3, 4]) {
          const key = a.linearKeyHeads * 128;
          const value = a.linearValueHeads * 128;
          const conv = ((2 * key + value) / tp) * (4 - 1 + mtpTokens) * 2;
          const ssm = (a.linearValueHeads / tp) * 128 * 128 * 4;
          const heads = tp >= a.kvHeads ? 1 : a.kvHeads / tp;
          const token = 2 * heads * 256 * (kvCacheDtype === 'fp8' ? 1 : 2);
          const block = 16 * Math.ceil((conv + ssm) / (16 * token));
          const layers = a.fullAttentionLayers + (mtpTokens > 0 ? 1 : 0);
          const pool = poolLayout(a, options({ tensorParallel: tp, kvCacheDtype, prefixCaching, mtpTokens }));
          expect(pool).toEqual({
            blockTokens: block,
            pageBytes: block * token,
            poolBlockBytes: block * token * layers,
            attentionBytesPerToken: token * layers,
            gdnStateBytesPerLayer: conv + ssm,
            groups: 4,
            fixedBlocksPerSequence: 3 * ((prefixCaching ? 2 : 1) + mtpTokens),
          });
        }
      }
    }
  });
});

describe('every checkpoint that can be split so', () => {
  const release = findRelease('0.32.0')!;
  const cases = MODELS.flatMap(({ name, checkpoints }) => checkpoints.map(({ key }) => ({ name, key })));

  it.each(cases)('$name $key has the layout of the model', ({ name, key }) => {
    const { architecture } = getModel(name);
    for (let tp = 1; tp <= 16; tp++) {
      const layout = tensorParallelOnly(tp);
      if (splitProblem(architecture, key, layout) !== null) continue;
      for (const kvCacheDtype of ['auto', 'fp8'] as const) {
        for (const prefixCaching of [false, true]) {
          for (const mtpTokens of [0, 1, 2, 3]) {
            const wanted = { kvCacheDtype, prefixCaching, mtpTokens };
            const budget = budgetOf(name, key, { ...wanted, layout, release, fixedKvCacheGiB: 8 });
            expect(budget.pool).toEqual(poolLayout(architecture, options({ ...wanted, tensorParallel: tp })));
            expect(budget.poolBlocks).toBe(Math.floor(2 ** 33 / budget.pool.poolBlockBytes));
          }
        }
      }
    }
  });
});

describe('block sizes of the facts', () => {
  const block = (model: string, overrides: Partial<PoolOptions>): number =>
    poolLayout(getModel(model).architecture, options(overrides)).blockTokens;

  it('with draft tokens', () => {
    const sizes = (model: string, kvCacheDtype: 'auto' | 'fp8'): number[] =>
      [1, 2, 3].map((mtpTokens) => block(model, { kvCacheDtype, mtpTokens }));
    expect(sizes('Qwen3.5-27B', 'auto')).toEqual([800, 800, 800]);
    expect(sizes('Qwen3.5-27B', 'fp8')).toEqual([1584, 1600, 1600]);
    expect(sizes('Qwen3.5-35B-A3B', 'auto')).toEqual([1056, 1072, 1072]);
    expect(sizes('Qwen3.5-35B-A3B', 'fp8')).toEqual([2112, 2128, 2144]);
  });

  it('with half-size GDN states', () => {
    expect(block('Qwen3.5-27B', { kvCacheDtype: 'fp8', ssmCacheDtype: 'float16' })).toBe(800);
    expect(block('Qwen3.5-27B', { kvCacheDtype: 'fp8', ssmCacheDtype: 'bfloat16' })).toBe(800);
  });
});

describe('rules of releases', () => {
  const { architecture } = getModel('Qwen3.5-35B-A3B');
  const poolOn = (
    version: string,
    computeCapability: number | null,
    overrides: Partial<PoolOptions> = {},
    backend: 'auto' | 'triton' = 'auto',
  ) => {
    const release = findRelease(version)!;
    return poolLayout(
      architecture,
      options({ prefixCaching: true, ...overrides }),
      blockRules({ release, computeCapability, gdnPrefillBackend: backend }),
    );
  };

  it.each([
    ['0.33.0', 9, 1088, 9],
    ['0.33.0', 10, 1088, 9],
    ['0.33.0', 10.3, 1088, 9],
    ['0.33.0', 12, 1088, 9],
    ['0.33.0', 8.9, 1056, 6],
    ['0.32.0', 9, 1056, 6],
    ['0.17.1', 10, 1056, 6],
  ])(
    'vLLM %s on compute capability %d: blocks of %d, %d fixed',
    (version, capability, blockTokens, fixed) => {
      expect(poolOn(version, capability)).toMatchObject({ blockTokens, fixedBlocksPerSequence: fixed });
    },
  );

  it('prefill checkpoints need prefix caching and FlashInfer', () => {
    expect(poolOn('0.33.0', 9, { prefixCaching: false })).toMatchObject({
      blockTokens: 1056,
      fixedBlocksPerSequence: 3,
    });
    expect(poolOn('0.33.0', 9, {}, 'triton')).toMatchObject({ blockTokens: 1056, fixedBlocksPerSequence: 6 });
    expect(poolOn('0.33.0', 9, { mtpTokens: 2 }).fixedBlocksPerSequence).toBe(3 * (3 + 2));
  });

  it('0.17 on compute capability 10 aligns to 32 tokens', () => {
    const rules = blockRules({
      release: findRelease('0.17.0')!,
      computeCapability: 10,
      gdnPrefillBackend: 'auto',
    });
    expect(rules.alignmentTokens).toBe(32);
  });

  it('a user block size is the grain from 0.20 and a floor before', () => {
    expect(poolOn('0.26.0', 8.9, { userBlockSize: 816 }).blockTokens).toBe(1632);
    expect(poolOn('0.19.1', 8.9, { userBlockSize: 816 }).blockTokens).toBe(1056);
    expect(poolOn('0.19.1', 8.9, { userBlockSize: 4096 }).blockTokens).toBe(4096);
    expect(poolOn('0.33.0', 9, { userBlockSize: 48 }).blockTokens).toBe(192 * Math.ceil(1056 / 192));
  });
});

describe('properties', () => {
  const seeded = { seed: 3, numRuns: 500 };
  const anyOptions = fc.record({
    model: fc.constantFrom(...MODELS),
    tensorParallel: fc.constantFrom(1, 2, 4, 8),
    kvCacheDtype: fc.constantFrom('auto' as const, 'fp8' as const),
    ssmCacheDtype: fc.constantFrom('auto' as const, 'float16' as const),
    prefixCaching: fc.boolean(),
    mtpTokens: fc.integer({ min: 0, max: 4 }),
    release: fc.constantFrom(...RELEASES),
    computeCapability: fc.constantFrom(8.6, 8.9, 9, 10, 12),
  });

  it('a page holds a GDN state and a longer sequence never needs fewer blocks', () => {
    fc.assert(
      fc.property(
        anyOptions,
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 0, max: 1e5 }),
        (o, tokens, more) => {
          const pool = poolLayout(o.model.architecture, o, blockRules({ ...o, gdnPrefillBackend: 'auto' }));
          expect(pool.pageBytes).toBeGreaterThanOrEqual(pool.gdnStateBytesPerLayer);
          expect(pool.blockTokens % 16).toBe(0);
          expect(blocksPerSequence(pool, tokens + more)).toBeGreaterThanOrEqual(
            blocksPerSequence(pool, tokens),
          );
        },
      ),
      seeded,
    );
  });

  it('tensor parallelism beyond the KV heads does not shrink KV per token', () => {
    fc.assert(
      fc.property(anyOptions, (o) => {
        const { architecture } = o.model;
        const perToken = (tensorParallel: number): number =>
          poolLayout(architecture, { ...o, tensorParallel }).attentionBytesPerToken;
        expect(perToken(16)).toBe(perToken(architecture.kvHeads));
        expect(perToken(8)).toBe(perToken(architecture.kvHeads));
      }),
      seeded,
    );
  });

  it('the newest release is the default', () => {
    expect(LATEST_RELEASE.version).toBe('0.33.0');
  });
});
