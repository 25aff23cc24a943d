import fc from 'fast-check';
import type { CheckpointKey } from '../../src/models/checkpoints';
import { getModel } from '../../src/models/registry';
import type { Layout } from '../../src/vllm/layout';
import { splitProblem } from '../../src/vllm/validity';
import { type AgreementCase, ENGINE_AND_LENGTHS } from './cases';

/** Mixtures, whose experts are spread over the ranks, and dense models, each rank of which is whole. */
const ENGINES: readonly (readonly [string, CheckpointKey, string, number])[] = [
  ['Qwen3.5-35B-A3B', 'fp8', 'H100', 1],
  ['Qwen3.5-35B-A3B', 'bf16', 'H200', 1],
  ['Qwen3.5-122B-A10B', 'fp8', 'H200', 1],
  ['Qwen3.5-397B-A17B', 'nvfp4', 'RTXPRO6000', 2],
  ['Qwen3.5-9B', 'bf16', 'L40S', 1],
  ['Qwen3.5-27B', 'fp8', 'H200', 1],
  ['Qwen3.5-27B', 'bf16', 'A100-80GB', 2],
  ['Qwen3.5-4B', 'bf16', 'L4', 1],
];

export const RANKS = [2, 4, 8] as const;

const CASES = fc
  .record({
    ...ENGINE_AND_LENGTHS,
    engine: fc.constantFrom(...ENGINES),
    dataParallel: fc.constantFrom(...RANKS),
    /** 95th percentile over mean of both lengths. */
    spread: fc.constantFrom(1, 1, 2.5),
    utilisation: fc.double({ min: 0.05, max: 0.7, noNaN: true }),
    /** Of each rank. */
    maxNumSeqs: fc.constantFrom<number>(128, 128, 128, 128, 128, 32, 12, 5),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  })
  .map(({ dataParallel, ...load }): RankCase => {
    const [name, , , tensorParallel] = load.engine;
    const expertParallel = getModel(name).architecture.moe !== null;
    return { ...load, layout: { tensorParallel, pipelineParallel: 1, dataParallel, expertParallel } };
  })
  .filter(
    ({ engine: [name, checkpoint], layout }) =>
      splitProblem(getModel(name).architecture, checkpoint, layout) === null,
  );
export type RankCase = AgreementCase & { readonly layout: Layout };

/** Data-parallel ranks of one engine under random arrivals. */
export const sampleRankCases = (seed: number, count: number): readonly RankCase[] =>
  fc.sample(CASES, { seed, numRuns: count });
