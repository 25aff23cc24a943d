import { getModel } from '../../src/models/registry';
import { blockRules } from '../../src/vllm/block-rules';
import {
  blocksPerSequence,
  type PoolLayout,
  poolLayout,
  runningBlocksPerSequence,
  savesStatesWithin,
} from '../../src/vllm/pool';
import { findRelease } from '../../src/vllm/releases';

const poolOf = (version: string, computeCapability: number, prefixCaching: boolean, mtpTokens: number) =>
  poolLayout(
    getModel('Qwen3.5-35B-A3B').architecture,
    { tensorParallel: 1, kvCacheDtype: 'auto', ssmCacheDtype: 'auto', prefixCaching, mtpTokens },
    blockRules({ release: findRelease(version)!, computeCapability, gdnPrefillBackend: 'auto' }),
  );

describe.each([0, 1, 3])('with %d draft tokens', (mtpTokens) => {
  const gdnGroups = ({ groups }: PoolLayout): number => groups - 1;

  test('a sequence that runs holds its states, and not those that crossing a block takes', () => {
    for (const tokens of [1, 1056, 1057, 50_000]) {
      const plain = poolOf('0.33.0', 8.9, false, mtpTokens);
      expect(runningBlocksPerSequence(plain, tokens, mtpTokens)).toBe(blocksPerSequence(plain, tokens));
      const caching = poolOf('0.33.0', 8.9, true, mtpTokens);
      expect(runningBlocksPerSequence(caching, tokens, mtpTokens)).toBe(
        blocksPerSequence(caching, tokens) - gdnGroups(caching),
      );
    }
  });

  test('FlashInfer saves states from within a chunk where its layout has room for a third set', () => {
    expect(savesStatesWithin(poolOf('0.33.0', 9, true, mtpTokens), mtpTokens)).toBe(true);
    expect(savesStatesWithin(poolOf('0.33.0', 8.9, true, mtpTokens), mtpTokens)).toBe(false);
    expect(savesStatesWithin(poolOf('0.32.0', 9, true, mtpTokens), mtpTokens)).toBe(false);
    expect(savesStatesWithin(poolOf('0.33.0', 9, false, mtpTokens), mtpTokens)).toBe(false);
  });
});
