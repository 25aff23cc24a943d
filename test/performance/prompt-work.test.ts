import { getGpu } from '../../src/hardware/gpus';
import { getModel } from '../../src/models/registry';
import { FITTED } from '../../src/performance/coefficients';
import { stepFeatures } from '../../src/performance/features';
import type { Load } from '../../src/performance/load';
import { promptCut } from '../../src/performance/prompt-steps';
import { promptWork } from '../../src/performance/prompt-work';
import { decodeStep, mixedStepSeconds } from '../../src/performance/step';
import { tensorParallelOnly } from '../../src/vllm/layout';
import { alignedChunk } from '../../src/vllm/prefill-chunk';

const f = stepFeatures(getModel('Qwen3.5-27B').architecture, 'fp8', getGpu('H200'), tensorParallelOnly(1), {
  kvBytes: 2,
  mtpTokens: 0,
});
const BUDGET = 2048;
const BLOCK = 784;
const BATCH = 20;
const CONTEXT = 3000;
const load = (inputTokens: number, more: Partial<Load> = {}): Load => ({
  arrivals: { kind: 'open', requestsPerSecond: 1, spacing: 'poisson' },
  inputTokens,
  outputTokens: 100,
  maxBatch: 128,
  maxNumBatchedTokens: BUDGET,
  ...more,
});
const nobody = { mean: 0, deviation: 0 };

/** What a prompt adds to the steps that the scheduler makes of it, beside so many sequences, step by step. */
function addedByStep(tokens: number, blockTokens: number | undefined): number {
  const rules = { blockTokens: blockTokens ?? 1, maxNumBatchedTokens: BUDGET, internalCheckpoints: false };
  const alone = decodeStep(f, FITTED, BATCH, CONTEXT).total;
  let seconds = 0;
  for (let start = 0; start < tokens; ) {
    const most = Math.min(tokens - start, BUDGET);
    const chunk =
      blockTokens === undefined
        ? most
        : alignedChunk({ start, total: tokens, promptTokens: tokens, junction: 0 }, most, rules);
    const step = { decodeBatch: BATCH, decodeContextTokens: CONTEXT, prefillTokens: chunk };
    seconds += mixedStepSeconds(f, FITTED, { ...step, prefillContextTokens: start }) - alone;
    start += chunk;
  }
  return seconds;
}

// Just above one budget, where the last part is small, and several budgets; with and without blocks that cut.
test.each([
  [1000, undefined],
  [9000, undefined],
  [1000, BLOCK],
  [1590, BLOCK],
  [2000, BLOCK],
  [4800, BLOCK],
  [20_000, BLOCK],
])('a prompt of %d tokens takes what its steps take, blocks of %s', (tokens, blockTokens) => {
  const given = load(tokens, blockTokens === undefined ? {} : { blockTokens });
  const { seconds, steps } = promptWork(f, FITTED, given)(nobody);
  expect(steps).toBe(promptCut(given, tokens).steps);
  expect(Math.abs(seconds(BATCH, 1) / addedByStep(tokens, blockTokens) - 1)).toBeLessThan(0.02);
});

test('prompts of one length have the figures of their cut, and those of many the mean', () => {
  for (const tokens of [500, 1100, 2000, 2700]) {
    const given = load(tokens, { blockTokens: BLOCK });
    const cut = promptCut(given, tokens);
    const work = promptWork(f, FITTED, given)(nobody);
    expect(work).toMatchObject({ steps: cut.steps, turnSteps: cut.turnSteps, variation: 0 });
    expect(work.firstShare).toBeCloseTo(cut.firstShare, 12);
    expect(work.lastShare).toBeCloseTo(cut.firstShare < 1 ? 1 - cut.firstShare : 1, 12);
    expect(work.beforeLast).toBeCloseTo(cut.beforeLast, 12);
    expect(work.room).toBeCloseTo(cut.roomTokens / tokens, 12);
    expect(work.leftover).toBeCloseTo((cut.steps * cut.fullStepTokens) / tokens - 1, 12);
  }
  const varied = promptWork(f, FITTED, load(2000, { blockTokens: BLOCK, inputVariation: 0.5 }))(nobody);
  expect(varied.variation).toBeGreaterThan(0.4);
  // Short ones are a step, long ones many.
  expect(varied.steps).toBeGreaterThan(1);
  expect(varied.meanSteps).toBe(2);
});

test('what decoding takes of the budget cuts a prompt that would just fit into two steps', () => {
  const given = load(2000);
  const beside = (mean: number, deviation: number) => promptWork(f, FITTED, given)({ mean, deviation });
  expect(beside(40, 0)).toMatchObject({ steps: 1, leastSteps: 1 });
  expect(beside(60, 0)).toMatchObject({ steps: 2, leastSteps: 1 });
  // One in six finds so many more that decode.
  expect(beside(40, 20).steps).toBeCloseTo(1 + 1 / 6, 12);
});
