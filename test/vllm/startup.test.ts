import { findRelease } from '../../src/vllm/releases';
import { budgetOf } from './inputs';

/** What is told to the user is the border itself, not a neighbour of it. */
describe('what a start-up problem names as the most', () => {
  test('the longest sequence starts, one token more does not', () => {
    for (const prefixCaching of [false, true]) {
      const at = (maxModelLen: number): readonly string[] =>
        budgetOf('Qwen3.5-35B-A3B', 'bf16', { prefixCaching, maxModelLen, maxNumSeqs: 1 }).reasons;
      const longest = Number(/(\d+) tokens is the longest that fits/.exec(at(262_144)[0]!)![1]);
      expect(longest).toBeGreaterThan(32_768);
      expect(at(longest)).toEqual([]);
      expect(at(longest + 1)[0]).toContain(`${longest} tokens is the longest that fits`);
    }
  });

  test('as many sequences as there are blocks start, one more does not', () => {
    // A pool of a fixed size, which the number of sequences does not change.
    const at = (maxNumSeqs: number): readonly string[] =>
      budgetOf('Qwen3.5-27B', 'fp8', {
        fixedKvCacheGiB: 8,
        maxNumSeqs,
        release: findRelease('0.33.0')!,
      }).reasons;
    const most = Number(/at most (\d+)$/.exec(at(1024)[0]!)![1]);
    expect(most).toBeLessThan(1024);
    expect(at(most)).toEqual([]);
    expect(at(most + 1)[0]).toContain(`max-num-seqs ${most + 1} exceeds the ${most} blocks`);
  });
});
