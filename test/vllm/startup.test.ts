import { findRelease } from '../../src/vllm/releases';
import { budgetOf } from './inputs';

describe('start-up checks', () => {
  it('too many sequences are refused from 0.20, crash in 0.17, and pass in 0.19', () => {
    const reasons = (version: string): readonly string[] =>
      budgetOf('Qwen3.5-27B', 'fp8', {
        gpuMemoryUtilization: 0.6,
        maxNumSeqs: 1024,
        release: findRelease(version)!,
      }).reasons;
    expect(reasons('0.33.0')[0]).toMatch(
      /max-num-seqs 1024 exceeds the \d+ blocks of the pool; vLLM 0.33.0 refuses to start: at most \d+/,
    );
    expect(reasons('0.17.1')[0]).toMatch(/crashes/);
    expect(reasons('0.19.0')).toEqual([]);
  });

  it('a block larger than a step is asserted with prefix caching before 0.27', () => {
    const reasons = (version: string, prefixCaching: boolean): readonly string[] =>
      budgetOf('Qwen3.5-35B-A3B', 'fp8', {
        kvCacheDtype: 'fp8',
        maxNumBatchedTokens: 2048,
        prefixCaching,
        release: findRelease(version)!,
      }).reasons;
    expect(reasons('0.26.0', true)[0]).toMatch(/at least one block, 2096 tokens/);
    expect(reasons('0.26.0', false)).toEqual([]);
    expect(reasons('0.27.0', true)).toEqual([]);
  });

  it('a ceiling of the whole device leaves no room for the CUDA context', () => {
    const { fits, reasons } = budgetOf('Qwen3.5-9B', 'bf16', { gpuMemoryUtilization: 1 });
    expect(fits).toBe(false);
    expect(reasons[0]).toMatch(/0.99 is the most/);
  });

  it('names the longest sequence that fits', () => {
    const { reasons } = budgetOf('Qwen3.5-35B-A3B', 'bf16', { maxModelLen: 262_144, maxNumSeqs: 8 });
    expect(reasons[0]).toMatch(/one sequence of 262144 tokens needs .* \d+ tokens is the longest that fits/);
  });
});

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
