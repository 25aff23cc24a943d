import type { CheckpointKey } from '../../src/models/checkpoints';
import { getModel } from '../../src/models/registry';
import { type EngineFacts, KNOWN_BUGS, knownProblems, SEVERITIES } from '../../src/vllm/known-problems';
import { batchDefaults, findRelease, LATEST_RELEASE, RELEASES } from '../../src/vllm/releases';
import { contextProblem, splitProblem } from '../../src/vllm/validity';
import { compareVersions } from '../../src/vllm/version';
import layouts from '../data/qwen35-kv-layouts.json';

const layout = { tensorParallel: 1, pipelineParallel: 1, dataParallel: 1, expertParallel: false };
const split = (model: string, key: CheckpointKey, overrides: Partial<typeof layout>): string | null =>
  splitProblem(getModel(model).architecture, key, { ...layout, ...overrides });

describe('splits', () => {
  const rows = Object.entries(layouts.models).flatMap(([model, { tpValidity }]) =>
    Object.entries(tpValidity as Record<string, { shape: string; fp8_block128: string | null }>).map(
      ([tp, rule]) => ({ model, tp: Number(tp), rule }),
    ),
  );

  it.each(rows)('$model TP $tp as in the shared data', ({ model, tp, rule }) => {
    expect(split(model, 'bf16', { tensorParallel: tp }) === null).toBe(rule.shape === 'ok');
    if (rule.fp8_block128 !== null)
      expect(split(model, 'fp8', { tensorParallel: tp }) === null).toBe(rule.fp8_block128 === 'ok');
  });

  it('names the width that does not divide', () => {
    expect(split('Qwen3.5-35B-A3B', 'fp8', { tensorParallel: 8 })).toBe(
      'FP8 needs multiples of 128: shared expert width 512/8 = 64',
    );
    expect(split('Qwen3.5-27B', 'bf16', { tensorParallel: 16 })).toBe(
      '24 attention heads do not divide by TP 16',
    );
    expect(split('Qwen3.5-35B-A3B', 'gptq-int4', { tensorParallel: 8 })).toBe(
      'int4 needs multiples of 128: expert width 512/8 = 64',
    );
  });

  it('checks experts at TP x DP without expert parallelism, and not with it', () => {
    expect(split('Qwen3.5-35B-A3B', 'fp8', { tensorParallel: 2, dataParallel: 4 })).toMatch(
      /expert width 512\/8 = 64/,
    );
    expect(
      split('Qwen3.5-35B-A3B', 'fp8', { tensorParallel: 2, dataParallel: 4, expertParallel: true }),
    ).toBeNull();
    expect(split('Qwen3.5-35B-A3B', 'fp8', { tensorParallel: 8, expertParallel: true })).toMatch(
      /shared expert/,
    );
    expect(split('Qwen3.5-27B', 'bf16', { expertParallel: true })).toMatch(/no experts/);
    expect(split('Qwen3.5-9B', 'bf16', { pipelineParallel: 33 })).toMatch(/33 pipeline stages/);
  });

  it('context ends where YaRN ends', () => {
    expect(contextProblem(1_010_000)).toBeNull();
    expect(contextProblem(1_010_001)).toMatch(/262144 as trained, 1010000 with YaRN/);
  });
});

describe('releases', () => {
  it('are all there, newest first, each with its image and at least one problem', () => {
    expect(RELEASES).toHaveLength(25);
    expect(RELEASES.at(-1)!.version).toBe('0.17.0');
    for (const [i, release] of RELEASES.entries()) {
      if (i > 0) expect(compareVersions(RELEASES[i - 1]!.version, release.version)).toBeGreaterThan(0);
      expect(release.image).toBe(`vllm/vllm-openai:v${release.version}`);
      expect([0.9, 0.92]).toContain(release.gpuMemoryUtilizationDefault);
    }
  });

  it.each([
    ['0.19.1', 0.9, false, 'block-groups', false],
    ['0.20.0', 0.92, true, 'block-groups', false],
    ['0.20.1', 0.92, true, 'concurrency', false],
    ['0.27.1', 0.92, true, 'concurrency', false],
    ['0.28.0', 0.92, true, 'concurrency', true],
  ])(
    '%s: utilisation %f, graphs subtracted %s, tokens %s, prefix caching %s',
    (version, utilisation, graphs, tokens, caching) => {
      expect(findRelease(version)).toMatchObject({
        gpuMemoryUtilizationDefault: utilisation,
        cudaGraphMemorySubtracted: graphs,
        kvTokenLogMeaning: tokens,
        hybridPrefixCachingDefault: caching,
      });
    },
  );

  it('are found by version, with v, and by minor', () => {
    expect(findRelease('v0.29.0')?.version).toBe('0.29.0');
    expect(findRelease('0.20')?.version).toBe('0.20.2');
    expect(findRelease('0.2')).toBeUndefined();
    expect(findRelease('nonsense')).toBeUndefined();
  });

  it('give batch defaults by memory and name', () => {
    const of = (version: string, id: string, usableGiB: number): number[] => {
      const { maxNumBatchedTokens, maxNumSeqs } = batchDefaults(findRelease(version)!, { id, usableGiB });
      return [maxNumBatchedTokens, maxNumSeqs];
    };
    expect(of('0.33.0', 'H100', 79.2)).toEqual([8192, 1024]);
    expect(of('0.33.0', 'A100-80GB', 79.25)).toEqual([2048, 256]);
    expect(of('0.33.0', 'B200', 178)).toEqual([16_384, 1024]);
    expect(of('0.27.1', 'B200', 178)).toEqual([8192, 1024]);
    expect(of('0.33.0', 'L4', 22.03)).toEqual([2048, 256]);
  });
});

describe('known problems', () => {
  const facts: EngineFacts = {
    release: LATEST_RELEASE,
    model: 'Qwen3.5-35B-A3B',
    checkpoint: { key: 'fp8', official: true },
    layout,
    computeCapability: 8.9,
    prefixCaching: true,
    mtpTokens: 0,
  };
  const ids = (overrides: Partial<EngineFacts>): string[] =>
    knownProblems({ ...facts, ...overrides }).map(({ id }) => id);
  const on = (version: string) => ({ release: findRelease(version)! });

  it('every release lists exactly the bugs whose range holds it', () => {
    for (const release of RELEASES) {
      const inRange = KNOWN_BUGS.filter(
        ({ affects }) =>
          compareVersions(release.version, affects.fromVersion) >= 0 &&
          (affects.beforeVersion === null || compareVersions(release.version, affects.beforeVersion) < 0),
      );
      expect([...release.knownBugs].sort()).toEqual(inRange.map(({ id }) => id).sort());
    }
  });

  it('prefix caching with MTP blocks in every release, worst first', () => {
    for (const release of RELEASES) {
      const problems = knownProblems({ ...facts, release, mtpTokens: 1 });
      expect(problems[0]).toMatchObject({ severity: 'corrupts-output', blocking: true });
      const order = problems.map(({ severity }) => SEVERITIES.indexOf(severity));
      expect(order).toEqual([...order].sort((a, b) => a - b));
      expect(
        knownProblems({ ...facts, release, mtpTokens: 1, prefixCaching: false }).some(
          ({ blocking }) => blocking,
        ),
      ).toBe(false);
    }
  });

  it('adapters: told where there are any, by GPU and by what they may change; nothing is ruled out', () => {
    const room = { layers: 'projections', slots: 1, maxRank: 16 } as const;
    const found = (overrides: Partial<EngineFacts>): string[] =>
      ids(overrides).filter((id) => id.startsWith('adapter-'));
    expect(found({})).toEqual([]);
    expect(found({ adapters: room })).toEqual(['adapter-without-effect']);
    expect(found({ adapters: room, computeCapability: 9 })).toContain('adapter-output-nan-hopper');
    expect(found({ adapters: { ...room, layers: 'all' } })).toContain('adapter-experts-change-base');
    const problems = knownProblems({ ...facts, adapters: room, computeCapability: 9 });
    expect(problems.some(({ blocking }) => blocking)).toBe(false);
  });

  it('matches GPUs, splits and checkpoints', () => {
    expect(ids({ computeCapability: 12, layout: { ...layout, tensorParallel: 2 } })).toContain(
      'custom-all-reduce-sm120',
    );
    expect(ids({ computeCapability: 12 })).not.toContain('custom-all-reduce-sm120');
    expect(
      ids({ computeCapability: 12, checkpoint: { key: 'nvfp4', official: false }, ...on('0.30.0') }),
    ).toContain('sm120-fp8-cuda-graphs');
    expect(ids({ computeCapability: 12, ...on('0.30.0') })).not.toContain('sm120-fp8-cuda-graphs');
    expect(ids({ computeCapability: 12, checkpoint: { key: 'nvfp4', official: false } })).not.toContain(
      'sm120-fp8-cuda-graphs',
    );
    expect(
      ids({ computeCapability: 9, layout: { ...layout, tensorParallel: 2 }, ...on('0.25.1') }),
    ).toContain('fp8-allreduce-fusion-crash');
    expect(ids({})).toContain('fp8-35b-capture-single-gpu');
    expect(ids({ model: 'Qwen3.5-27B' })).not.toContain('fp8-35b-capture-single-gpu');
    expect(ids({ mtpTokens: 5, prefixCaching: false })).toContain('mtp-more-than-four-tokens');
    expect(ids({ ...on('0.17.0') })).toContain('gdn-autotune-out-of-memory');
    expect(ids({ ...on('0.17.0'), computeCapability: 9 })).not.toContain('gdn-autotune-out-of-memory');
    expect(ids({ ...on('0.17.0') })).not.toContain('calculate-kv-scales-hybrid');
    expect(ids({ maxNumSeqsAboveBlocks: true })).toContain('max-num-seqs-above-kv-blocks');
  });

  it('a workaround or a single report does not block', () => {
    const problem = (id: string, overrides: Partial<EngineFacts>) =>
      knownProblems({ ...facts, ...overrides }).find((known) => known.id === id);
    expect(
      problem('custom-all-reduce-sm120', { computeCapability: 12, layout: { ...layout, tensorParallel: 2 } }),
    ).toMatchObject({
      blocking: false,
      workaround: { arguments: ['--disable-custom-all-reduce'] },
    });
    expect(problem('fp8-35b-capture-single-gpu', {})).toMatchObject({ blocking: false, workaround: null });
  });
});
