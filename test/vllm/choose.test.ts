import fc from 'fast-check';
import { GPUS, getGpu } from '../../src/hardware/gpus';
import { getModel, MODELS } from '../../src/models/registry';
import { chooseEngineSettings, type EngineChoice, type EngineTarget } from '../../src/vllm/choose';
import { tensorParallelOnly } from '../../src/vllm/layout';
import { findRelease, LATEST_RELEASE, RELEASES } from '../../src/vllm/releases';

const target = (
  model: string,
  key: string,
  gpu: string,
  tp: number,
  overrides: Partial<EngineTarget> = {},
): EngineTarget => {
  const { architecture, checkpoints } = getModel(model);
  return {
    architecture,
    checkpoint: checkpoints.find((checkpoint) => checkpoint.key === key)!,
    layout: tensorParallelOnly(tp),
    gpu: getGpu(gpu),
    release: LATEST_RELEASE,
    contextTokens: 32_768,
    wantedSequences: 64,
    vision: false,
    mtpTokens: 0,
    kvCacheDtype: 'auto',
    ...overrides,
  };
};

const chosen = (...args: Parameters<typeof target>): EngineChoice => {
  const outcome = chooseEngineSettings(target(...args));
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.choice;
};

describe('choosing engine settings', () => {
  it('keeps the defaults where they fit, and says why', () => {
    const choice = chosen('Qwen3.5-27B', 'fp8', 'H100', 1);
    expect(choice).toMatchObject({
      maxNumSeqs: 64,
      maxNumBatchedTokens: 8192,
      kvCacheDtype: 'auto',
      gpuMemoryUtilization: 0.92,
      prefixCaching: true,
    });
    expect(choice.marginGiB).toBeCloseTo(79.2 * 0.08, 6);
    expect(choice.marginGiB).toBeGreaterThanOrEqual(choice.marginNeededGiB);
    for (const reason of Object.values(choice.reasons)) expect(reason).not.toBe('');
  });

  it('never offers prefix caching with MTP by itself', () => {
    expect(chosen('Qwen3.5-27B', 'fp8', 'H100', 1, { mtpTokens: 2 }).prefixCaching).toBe(false);
    expect(chosen('Qwen3.5-27B', 'fp8', 'H100', 1, { mtpTokens: 2, prefixCaching: true }).prefixCaching).toBe(
      true,
    );
  });

  it('takes fewer sequences than wanted where the pool is small', () => {
    const choice = chosen('Qwen3.5-35B-A3B', 'bf16', 'H100', 1, {
      contextTokens: 8192,
      wantedSequences: 512,
    });
    expect(choice.maxNumSeqs).toBeLessThan(512);
    expect(choice.maxNumSeqs).toBeLessThanOrEqual(choice.budget.poolBlocks);
    expect(choice.reasons.maxNumSeqs).toMatch(/512 were wanted/);
  });

  it('falls back to FP8 KV cache only where that is allowed', () => {
    const tight = { contextTokens: 262_144, wantedSequences: 8 };
    expect(chooseEngineSettings(target('Qwen3.5-27B', 'fp8', 'L40S', 1, tight)).ok).toBe(false);
    const choice = chosen('Qwen3.5-27B', 'fp8', 'L40S', 1, { ...tight, kvCacheDtype: 'fallback' });
    expect(choice.kvCacheDtype).toBe('fp8');
    expect(choice.reasons.kvCacheDtype).toMatch(/does not fit in BF16/);
  });

  it('raises steps to one block where the release asserts it', () => {
    const choice = chosen('Qwen3.5-35B-A3B', 'fp8', 'L40S', 1, {
      release: findRelease('0.26.0')!,
      kvCacheDtype: 'fp8',
      prefixCaching: true,
    });
    expect(choice.maxNumBatchedTokens).toBe(2096);
  });

  it('leaves 2 GiB for the autotuner of 0.17', () => {
    expect(
      chosen('Qwen3.5-4B', 'bf16', 'L4', 1, { release: findRelease('0.17.1')! }).marginNeededGiB,
    ).toBeCloseTo(2.2);
  });

  it('int4 of the 35B does not fit a 24 GB card, and an unknown size is no choice', () => {
    expect(chooseEngineSettings(target('Qwen3.5-35B-A3B', 'gptq-int4', 'L4', 1))).toMatchObject({
      ok: false,
    });
    expect(chooseEngineSettings(target('Qwen3.5-27B', 'gptq-int4', 'H100', 1))).toMatchObject({
      ok: false,
      budget: null,
    });
  });

  it('whatever is chosen fits and keeps its margin', () => {
    const anyTarget = fc.record({
      model: fc.constantFrom(...MODELS),
      checkpoint: fc.nat(),
      gpu: fc.constantFrom(...GPUS.filter(({ computeCapability }) => computeCapability >= 8)),
      tp: fc.constantFrom(1, 2, 4),
      release: fc.constantFrom(...RELEASES),
      contextTokens: fc.integer({ min: 1024, max: 262_144 }),
      wantedSequences: fc.option(fc.integer({ min: 1, max: 2000 })),
      mtpTokens: fc.integer({ min: 0, max: 3 }),
      kvCacheDtype: fc.constantFrom('auto' as const, 'fp8' as const, 'fallback' as const),
    });
    fc.assert(
      fc.property(anyTarget, ({ model, checkpoint, gpu, tp, ...rest }) => {
        const outcome = chooseEngineSettings({
          ...rest,
          architecture: model.architecture,
          checkpoint: model.checkpoints[checkpoint % model.checkpoints.length]!,
          layout: tensorParallelOnly(tp),
          gpu,
          vision: false,
        });
        if (!outcome.ok) return expect(outcome.reason).not.toBe('');
        const { choice } = outcome;
        expect(choice.budget.fits).toBe(true);
        expect(choice.maxNumSeqs).toBeLessThanOrEqual(choice.budget.poolBlocks);
        expect(choice.maxNumSeqs).toBeLessThanOrEqual(choice.maxNumBatchedTokens);
        expect(choice.gpuMemoryUtilization).toBeLessThanOrEqual(0.95);
      }),
      { seed: 5, numRuns: 400 },
    );
  });
});
