import { FAMILY } from '../../src/models/architecture';
import { getModel } from '../../src/models/registry';
import { GIB } from '../../src/vllm/budget';
import type { Layout } from '../../src/vllm/layout';
import { layersPerStage, pipelineStages } from '../../src/vllm/pipeline';
import { findRelease, LATEST_RELEASE } from '../../src/vllm/releases';
import { ropeCacheBytes, yarnFactor } from '../../src/vllm/rope';
import { weightBytesOnStage } from '../../src/vllm/weights';
import { budgetOf } from './inputs';

const layout = (overrides: Partial<Layout>): Layout => ({
  tensorParallel: 1,
  pipelineParallel: 1,
  dataParallel: 1,
  expertParallel: false,
  ...overrides,
});

describe('loaded weights against the logs and predictions of qwen35.md section 3', () => {
  const old = findRelease('0.26.0')!;

  // "Model loading took", GiB; obs08, obs13a, obs16, obs29, obs11 and the table of the facts.
  it.each([
    ['Qwen3.5-9B', 'bf16', 1, true, 17.66],
    ['Qwen3.5-4B', 'bf16', 1, true, 8.61],
    ['Qwen3.5-27B', 'bf16', 1, false, 50.22],
    ['Qwen3.5-27B', 'bf16', 1, true, 51.04],
    ['Qwen3.5-27B', 'fp8', 2, true, 14.28],
    ['Qwen3.5-35B-A3B', 'bf16', 1, true, 65.52],
    ['Qwen3.5-35B-A3B', 'bf16', 1, false, 64.69],
    ['Qwen3.5-35B-A3B', 'fp8', 1, true, 34.22],
    ['Qwen3.5-35B-A3B', 'gptq-int4', 1, true, 21.28],
    ['Qwen3.5-122B-A10B', 'gptq-int4', 1, true, 68.85],
    ['Qwen3.6-35B-A3B', 'nvfp4', 1, true, 21.87],
    ['Qwen3.5-122B-A10B', 'awq-int4', 2, true, 36.73],
  ] as const)('%s %s TP %i, vision %s: %f GiB', (model, key, tensorParallel, vision, logged) => {
    const { weightsGiB } = budgetOf(model, key, { layout: layout({ tensorParallel }), vision, release: old });
    expect(Math.abs(weightsGiB - logged)).toBeLessThanOrEqual(0.05);
  });

  // The facts divide everything by TP; the router and the KV projections beyond the KV heads are replicated.
  it.each([
    ['Qwen3.5-122B-A10B', 'fp8', 8, 14.63],
    ['Qwen3.5-397B-A17B', 'fp8', 4, 93.14],
    ['Qwen3.5-35B-A3B', 'bf16', 8, 8.3],
  ] as const)('%s %s TP %i: %f GiB and what is replicated', (model, key, tensorParallel, divided) => {
    const { weightsGiB } = budgetOf(model, key, { layout: layout({ tensorParallel }), release: old });
    expect(weightsGiB - divided).toBeGreaterThan(0);
    expect(weightsGiB - divided).toBeLessThan(0.2);
  });

  it('the drafter is loaded only with MTP', () => {
    const of = (mtpTokens: number): number =>
      budgetOf('Qwen3.5-35B-A3B', 'bf16', { mtpTokens, release: old }).weightsGiB;
    expect(of(1) - of(0)).toBeCloseTo(1.573, 3);
    expect(of(3)).toBe(of(1));
  });

  it('the cos/sin cache shrinks in 0.32 and grows with YaRN', () => {
    const rope = (version: string, length: number): number =>
      ropeCacheBytes(findRelease(version)!, length) / GIB;
    expect(rope('0.31.0', 262_144)).toBe(0.125);
    expect(rope('0.32.0', 262_144)).toBe(0.03125);
    expect(rope('0.31.0', FAMILY.extendedContext)).toBeCloseTo(0.125 * 3.9);
    expect(yarnFactor(262_145)).toBe(1.1);
    expect(yarnFactor(524_288)).toBe(2);
  });
});

describe('experts', () => {
  const a = getModel('Qwen3.5-35B-A3B');
  const bytes = (overrides: Partial<Layout>): number => {
    const l = layout(overrides);
    return weightBytesOnStage(a.architecture, a.checkpoints[0]!, l, pipelineStages(a.architecture, l)[0]!, {
      mtp: false,
      vision: false,
      visionOnEveryStage: false,
    })!;
  };
  const experts = 40 * 256 * 3 * 2048 * 512 * 2;

  it('shard over TP x DP, by width as by expert', () => {
    const dense = bytes({}) - experts;
    expect(bytes({ dataParallel: 4 })).toBeCloseTo(dense + experts / 4, -1);
    expect(bytes({ dataParallel: 4, expertParallel: true })).toBeCloseTo(dense + experts / 4, -1);
    expect(bytes({ dataParallel: 3, expertParallel: true })).toBeCloseTo(dense + (experts * 86) / 256, -1);
  });

  it('the shared expert is whole on every GPU under sequence-parallel MoE', () => {
    const shared = 40 * 3 * 2048 * 512 * 2;
    const split = bytes({ tensorParallel: 2, dataParallel: 2 });
    expect(bytes({ tensorParallel: 2, dataParallel: 2, expertParallel: true }) - split).toBeCloseTo(
      shared / 2,
      -1,
    );
    expect(bytes({ tensorParallel: 4, expertParallel: true })).toBe(bytes({ tensorParallel: 4 }));
  });
});

describe('pipeline stages', () => {
  it('divide layers as get_pp_indices does: the remainder backwards from the second-to-last', () => {
    expect(layersPerStage(40, 3)).toEqual([13, 14, 13]);
    expect(layersPerStage(60, 8)).toEqual([7, 7, 7, 8, 8, 8, 8, 7]);
    expect(layersPerStage(64, 5)).toEqual([13, 13, 13, 13, 12]);
    expect(layersPerStage(48, 4)).toEqual([12, 12, 12, 12]);
  });

  it('hold every layer once, a quarter of them full attention', () => {
    const { architecture } = getModel('Qwen3.5-397B-A17B');
    for (let pipelineParallel = 1; pipelineParallel <= 16; pipelineParallel++) {
      const stages = pipelineStages(architecture, layout({ pipelineParallel }));
      const sum = (of: (stage: (typeof stages)[number]) => number): number =>
        stages.reduce((total, stage) => total + of(stage), 0);
      expect(sum((stage) => stage.layers)).toBe(60);
      expect(sum((stage) => stage.fullAttentionLayers)).toBe(15);
      expect(sum((stage) => stage.linearAttentionLayers)).toBe(45);
    }
  });

  it('keep the embedding everywhere and the head on the last, which decides', () => {
    const whole = budgetOf('Qwen3.5-35B-A3B', 'bf16', { vision: false, usableGiB: 140 });
    const halves = budgetOf('Qwen3.5-35B-A3B', 'bf16', {
      vision: false,
      layout: layout({ pipelineParallel: 2 }),
      usableGiB: 140,
    });
    const embedding = (FAMILY.vocabSize * 2048 * 2) / GIB;
    const rope = ropeCacheBytes(LATEST_RELEASE, 32_768) / GIB;
    expect(halves.weightsGiB).toBeCloseTo(
      (whole.weightsGiB - rope - 2 * embedding) / 2 + 2 * embedding + rope,
      3,
    );
    expect(halves.pool.poolBlockBytes).toBe(whole.pool.poolBlockBytes / 2);
  });

  it('a drafter is on the last stage, behind a pipeline with an embedding of its own', () => {
    const { architecture, checkpoints } = getModel('Qwen3.5-35B-A3B');
    const bytes = (pipelineParallel: number, mtp: boolean, at: 0 | -1): number => {
      const l = layout({ pipelineParallel });
      const stage = pipelineStages(architecture, l).at(at)!;
      const load = { mtp, vision: false, visionOnEveryStage: false };
      return weightBytesOnStage(architecture, checkpoints[0]!, l, stage, load)!;
    };
    const drafter = bytes(1, true, 0) - bytes(1, false, 0);
    const embedding = FAMILY.vocabSize * 2048 * 2;
    expect(bytes(2, true, 0)).toBe(bytes(2, false, 0));
    expect(bytes(2, true, -1) - bytes(2, false, -1)).toBeCloseTo(drafter + embedding, -2);
  });
});
