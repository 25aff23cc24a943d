import fc from 'fast-check';
import type { Load } from '../../src/performance/load';
import { promptCut } from '../../src/performance/prompt-steps';
import { alignedChunk } from '../../src/vllm/prefill-chunk';

/** Steps of a prompt that has the engine for itself, cut as the simulated scheduler cuts it. */
function stepsOf(total: number, budget: number, blockTokens: number, internalCheckpoints: boolean): number {
  const rules = { blockTokens, maxNumBatchedTokens: budget, internalCheckpoints };
  let steps = 0;
  for (let start = 0; start < total; steps++)
    start += alignedChunk(
      { start, total, promptTokens: total, junction: 0 },
      Math.min(total - start, budget),
      rules,
    );
  return steps;
}

test("a prompt's steps are those that the scheduler makes of it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60_000 }),
      fc.integer({ min: 1, max: 16 }),
      fc.integer({ min: 1, max: 100 }),
      fc.boolean(),
      (total, budgetBlocks, sixteens, checkpointsWithin) => {
        const blockTokens = 16 * sixteens;
        const maxNumBatchedTokens = budgetBlocks * blockTokens + 7;
        const load = { maxNumBatchedTokens, blockTokens, checkpointsWithin } as Load;
        expect(promptCut(load, total).steps).toBe(
          stepsOf(total, maxNumBatchedTokens, blockTokens, checkpointsWithin),
        );
      },
    ),
    { seed: 4, numRuns: 1000 },
  );
});

test('without prefix caching only the budget cuts', () => {
  const load = { maxNumBatchedTokens: 2048 } as Load;
  expect(promptCut(load, 5000)).toMatchObject({ steps: 3, firstShare: 1 });
  expect(promptCut(load, 512).promptsPerStep).toBe(4);
});

test('with it a step holds whole prompts of less than a block, and whole blocks of longer ones', () => {
  const load = { maxNumBatchedTokens: 2016, blockTokens: 544 } as Load;
  expect(promptCut(load, 500).promptsPerStep).toBe(4);
  expect(promptCut(load, 700).promptsPerStep).toBeCloseTo(1632 / 700, 9);
  expect(promptCut(load, 1100).promptsPerStep).toBeCloseTo(1632 / 1100, 9);
});

/** Steps per prompt of a line of equal prompts, packed in order as the scheduler does. */
function stepsInLine(
  total: number,
  budget: number,
  blockTokens: number,
  internalCheckpoints: boolean,
): number {
  const rules = { blockTokens, maxNumBatchedTokens: budget, internalCheckpoints };
  const starts = new Array<number>(100).fill(0);
  let steps = 0;
  while (starts.some((start) => start < total)) {
    let left = budget;
    for (let i = 0; i < starts.length && left > 0; i++) {
      const start = starts[i]!;
      if (start >= total) continue;
      const tokens = Math.min(total - start, left);
      const chunk = alignedChunk({ start, total, promptTokens: total, junction: 0 }, tokens, rules);
      if (chunk === 0 && start === 0) break;
      starts[i] = start + chunk;
      left -= chunk;
    }
    steps++;
  }
  return steps / starts.length;
}

test('in a line of prompts, what one leaves of its steps is that of those behind', () => {
  // 784 + 784 | 432 beside the next 784 + 784 | ...
  const load = { maxNumBatchedTokens: 2048, blockTokens: 784 } as Load;
  expect(promptCut(load, 2000)).toMatchObject({ steps: 2, turnSteps: 1, roomTokens: 1568 });
  for (const tokens of [2000, 2700, 4000, 8000, 20_000])
    for (const checkpointsWithin of [false, true]) {
      const { turnSteps } = promptCut({ ...load, checkpointsWithin }, tokens);
      const replayed = stepsInLine(tokens, 2048, 784, checkpointsWithin);
      expect(Math.abs(turnSteps / replayed - 1)).toBeLessThan(0.1);
    }
  expect(promptCut({ maxNumBatchedTokens: 2048 } as Load, 5000).turnSteps).toBeCloseTo(5000 / 2048, 9);
});
