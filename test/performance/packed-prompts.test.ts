import type { Load } from '../../src/performance/load';
import { roomsInLine } from '../../src/performance/packed-prompts';
import { promptCut } from '../../src/performance/prompt-steps';

test('the last part of each prompt of a line leaves room for the blocks of the next', () => {
  const rules = { blockTokens: 784, maxNumBatchedTokens: 2048, internalCheckpoints: false };
  // Parts of 1,568 and 396 tokens: two blocks of the next one fit beside the second.
  expect(roomsInLine(1964, 2024, rules, 4)).toEqual([1, 1, 1, 1].map(() => 1568 / 1964));
});

test('in what one leaves two others may begin', () => {
  const rules = { blockTokens: 528, maxNumBatchedTokens: 2048, internalCheckpoints: false };
  // 1584 | 1584 | 528 + 1056 of the next | 298 + 1584 of the next | 1056 of it + 528 of the third | 298 of it + 1584 more
  expect(roomsInLine(3994, 2043, rules, 2)).toEqual([2640 / 3994, 2112 / 3994]);
});

test('the first of a line has the room that one alone has', () => {
  for (const tokens of [1600, 2500, 3994, 5019, 9001]) {
    const load = { maxNumBatchedTokens: 2048, blockTokens: 528 } as Load;
    const rules = { blockTokens: 528, maxNumBatchedTokens: 2048, internalCheckpoints: false };
    const [first] = roomsInLine(tokens, 2048, rules, 1);
    // Never more than that: blocks that follow a cut one start where it ended.
    expect(first! * tokens).toBeLessThanOrEqual(promptCut(load, tokens).roomTokens);
  }
});

test('prompts that fill their steps leave none', () => {
  const rules = { blockTokens: 16, maxNumBatchedTokens: 2048, internalCheckpoints: true };
  expect(roomsInLine(4096, 2048, rules, 3)).toEqual([0, 0, 0]);
});
