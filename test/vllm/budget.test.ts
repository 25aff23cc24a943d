import fc from 'fast-check';
import { judge } from '../../scripts/memory-accuracy/judge';
import { parseObservations } from '../../scripts/memory-accuracy/observations';
import { MODELS } from '../../src/models/registry';
import { type BudgetInput, GIB, memoryBudget } from '../../src/vllm/budget';
import { findRelease, RELEASES } from '../../src/vllm/releases';
import observations from '../data/vllm-memory-observations.json';
import { budgetInput, budgetOf } from './inputs';

const judgements = parseObservations(JSON.stringify(observations)).map(judge);

describe('logged start-ups', () => {
  it.each(judgements)('$id', ({ figures }) => {
    for (const [name, figure] of Object.entries(figures)) {
      expect([name, figure.ok ?? figure.skipped?.length]).not.toEqual([name, false]);
      if (figure.ok === null) expect(figure.skipped).not.toBe('');
    }
  });

  it('a row with nothing logged says so for every figure', () => {
    const [empty] = parseObservations('[{}]').map(judge);
    for (const { ok, skipped } of Object.values(empty!.figures)) {
      expect(ok).toBeNull();
      expect(skipped).not.toBe('');
    }
    expect(() => parseObservations('{}')).toThrow(/JSON list/);
  });

  it('enough of them can be tested', () => {
    const tested = (name: keyof (typeof judgements)[number]['figures']): number =>
      judgements.filter(({ figures }) => figures[name].ok !== null).length;
    expect(tested('blockTokens')).toBeGreaterThanOrEqual(9);
    expect(tested('poolBlocks')).toBeGreaterThanOrEqual(13);
    expect(tested('kvTokens')).toBeGreaterThanOrEqual(13);
    expect(tested('concurrency')).toBeGreaterThanOrEqual(10);
    expect(tested('weightsGiB')).toBeGreaterThanOrEqual(6);
    expect(tested('kvCacheGiB')).toBeGreaterThanOrEqual(7);
  });
});

describe('calibration points of qwen35.md section 5, from utilisation alone', () => {
  const tp = (tensorParallel: number): Pick<BudgetInput, 'layout'> => ({
    layout: { tensorParallel, pipelineParallel: 1, dataParallel: 1, expertParallel: false },
  });
  const loose = { prefixCaching: false, maxModelLen: 262_144 } as const;

  it.each([
    [
      '9B on L40S',
      budgetOf('Qwen3.5-9B', 'bf16', {
        ...loose,
        usableGiB: 44.39,
        maxNumSeqs: 256,
        release: findRelease('0.19.0')!,
      }),
      20.27,
    ],
    [
      '4B on L4',
      budgetOf('Qwen3.5-4B', 'bf16', {
        usableGiB: 22.03,
        gpuMemoryUtilization: 0.92,
        maxNumSeqs: 256,
        maxNumBatchedTokens: 2048,
        release: findRelease('0.29.0')!,
      }),
      9.1,
    ],
    [
      '35B NVFP4 on RTX 5090',
      budgetOf('Qwen3.6-35B-A3B', 'nvfp4', {
        usableGiB: 31.6,
        kvCacheDtype: 'fp8',
        maxNumSeqs: 256,
        maxNumBatchedTokens: 16_384,
        release: findRelease('0.20.0')!,
      }),
      1.28,
    ],
    [
      '27B-FP8 on H100',
      budgetOf('Qwen3.5-27B', 'fp8', {
        ...loose,
        gpuMemoryUtilization: 0.95,
        maxNumSeqs: 1024,
        release: findRelease('0.23.0')!,
        computeCapability: 9,
      }),
      (856 * 51_380_224) / GIB,
    ],
    [
      '35B BF16 TP 4 on 80 GB',
      budgetOf('Qwen3.5-35B-A3B', 'bf16', {
        ...loose,
        ...tp(4),
        usableGiB: 79.33,
        gpuMemoryUtilization: 0.85,
        maxNumSeqs: 1024,
        release: findRelease('0.27.0')!,
      }),
      43.4,
    ],
  ])('%s', (_, { kvCacheGiB }, logged) => {
    expect(kvCacheGiB).toBeLessThanOrEqual(logged * 1.02);
    expect(logged - kvCacheGiB).toBeLessThanOrEqual(Math.max(0.5, 0.05 * logged));
  });

  it('122B int4 on two L40S: everything but weights and KV is 1.5 GiB or a little more', () => {
    const { peakActivationGiB, otherGiB } = budgetOf('Qwen3.5-122B-A10B', 'awq-int4', {
      ...tp(2),
      usableGiB: 44.39,
      maxNumSeqs: 6,
      release: findRelease('0.19.0')!,
    });
    expect(peakActivationGiB + otherGiB).toBeGreaterThan(1.45);
    expect(peakActivationGiB + otherGiB).toBeLessThan(2);
  });

  it('35B GPTQ leaves nothing on a 24 GB card', () => {
    const budget = budgetOf('Qwen3.5-35B-A3B', 'gptq-int4', {
      usableGiB: 22.03,
      gpuMemoryUtilization: 0.92,
      maxNumBatchedTokens: 2048,
    });
    expect(budget.fits).toBe(false);
    expect(budget.reasons[0]).toMatch(/leave no KV cache/);
  });
});

describe('what a budget is of', () => {
  it('old releases capture graphs above the ceiling', () => {
    const at = (version: string) => budgetOf('Qwen3.5-9B', 'bf16', { release: findRelease(version)! });
    expect(at('0.19.0').kvCacheGiB - at('0.20.0').kvCacheGiB).toBeCloseTo(at('0.20.0').cudaGraphGiB, 6);
    expect(at('0.20.0').marginGiB - at('0.19.0').marginGiB).toBeCloseTo(at('0.19.0').cudaGraphGiB, 6);
  });

  it('an unknown size has no budget, but a fixed pool', () => {
    const input = budgetInput('Qwen3.5-27B', 'gptq-int4');
    expect(memoryBudget(input)).toBeNull();
    expect(memoryBudget({ ...input, fixedKvCacheGiB: 8 })?.poolBlocks).toBe(
      Math.floor((8 * GIB) / 51_380_224),
    );
  });
});

describe('properties', () => {
  const anyInput = fc
    .record({
      model: fc.constantFrom(...MODELS),
      checkpoint: fc.nat(),
      tensorParallel: fc.constantFrom(1, 2, 4, 8),
      pipelineParallel: fc.constantFrom(1, 1, 2, 3),
      usableGiB: fc.constantFrom(22.03, 44.39, 79.2, 139.8, 178),
      kvCacheDtype: fc.constantFrom('auto' as const, 'fp8' as const),
      ssmCacheDtype: fc.constantFrom('auto' as const, 'float16' as const),
      prefixCaching: fc.boolean(),
      mtpTokens: fc.integer({ min: 0, max: 3 }),
      vision: fc.boolean(),
      maxModelLen: fc.integer({ min: 1024, max: 1_010_000 }),
      maxNumSeqs: fc.integer({ min: 1, max: 1024 }),
      maxNumBatchedTokens: fc.integer({ min: 1024, max: 16_384 }),
      gpuMemoryUtilization: fc.double({ min: 0.5, max: 0.95, noNaN: true }),
      release: fc.constantFrom(...RELEASES),
      computeCapability: fc.constantFrom(8.6, 8.9, 9, 10, 12),
    })
    .map(
      ({ model, checkpoint, tensorParallel, pipelineParallel, ...rest }): BudgetInput => ({
        ...rest,
        architecture: model.architecture,
        checkpoint: model.checkpoints[checkpoint % model.checkpoints.length]!,
        layout: { tensorParallel, pipelineParallel, dataParallel: 1, expertParallel: false },
      }),
    );
  const seeded = { seed: 11, numRuns: 400 };

  const neverMoreLeft = (change: (input: BudgetInput) => BudgetInput): void => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const before = memoryBudget(input);
        const after = memoryBudget(change(input));
        if (before === null || after === null) return;
        expect(after.kvCacheGiB).toBeLessThanOrEqual(before.kvCacheGiB + 1e-9);
        expect(after.maxConcurrency).toBeLessThanOrEqual(before.maxConcurrency + 1e-9);
      }),
      seeded,
    );
  };

  it('more context never leaves more', () => {
    neverMoreLeft((input) => ({ ...input, maxModelLen: Math.min(1_010_000, input.maxModelLen * 2) }));
  });

  it('more sequences never leave more', () => {
    neverMoreLeft((input) => ({ ...input, maxNumSeqs: input.maxNumSeqs + 100 }));
  });

  it('more draft tokens never leave more', () => {
    neverMoreLeft((input) => ({ ...input, mtpTokens: input.mtpTokens + 1 }));
  });

  it('larger steps and a vision tower never leave more', () => {
    neverMoreLeft((input) => ({ ...input, maxNumBatchedTokens: input.maxNumBatchedTokens * 2 }));
    neverMoreLeft((input) => ({ ...input, vision: true }));
  });

  it('the parts add up to what CUDA reports wherever a cache is left', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const budget = memoryBudget(input);
        if (budget === null || budget.kvCacheGiB === 0) return;
        const parts = [
          budget.weightsGiB,
          budget.peakActivationGiB,
          budget.cudaGraphGiB,
          budget.otherGiB,
          budget.kvCacheGiB,
          budget.marginGiB,
        ];
        expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(input.usableGiB, 6);
      }),
      seeded,
    );
  });

  it('what fits has a block for every sequence and room for the longest', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const budget = memoryBudget(input);
        if (budget === null || !budget.fits) return;
        expect(budget.poolBlocks - 1).toBeGreaterThanOrEqual(budget.blocksPerMaxLenSequence);
        if (input.release?.maxNumSeqsMustNotExceedBlocks)
          expect(input.maxNumSeqs).toBeLessThanOrEqual(budget.maxNumSeqsLimit);
      }),
      seeded,
    );
  });
});
