import { getGpu } from '../../src/hardware/gpus';
import { getModel } from '../../src/models/registry';
import { FITTED } from '../../src/performance/coefficients';
import { communicationSeconds } from '../../src/performance/communication';
import { stepFeatures } from '../../src/performance/features';

const k = FITTED;
const ranks = (model: string, dataParallel: number) =>
  stepFeatures(
    getModel(model).architecture,
    'fp8',
    getGpu('H200'),
    { tensorParallel: 1, dataParallel, pipelineParallel: 1, expertParallel: true },
    { kvBytes: 2, mtpTokens: 0 },
  );

describe('data-parallel ranks with experts', () => {
  // vLLM gathers the tokens of all ranks on each and scatters the sums (`allgather_reducescatter`, its default).
  test.each([2, 4, 8])(
    'send each token to every other of %d ranks and back, however many experts it picks',
    (dp) => {
      const f = ranks('Qwen3.5-35B-A3B', dp);
      const seconds = communicationSeconds(f, k, 1000, 0);
      const once = (1000 * f.hiddenSize * 2) / (f.linkBandwidth * k.nvlinkEfficiency);
      expect(seconds / (2 * f.moeLayers * once)).toBeCloseTo(dp - 1, 9);
    },
  );

  test('a dense model has nothing to exchange between ranks', () => {
    expect(communicationSeconds(ranks('Qwen3.5-27B', 4), k, 1000, 1)).toBe(0);
  });
});

test('a pipeline hands a batch on once less often than it has stages', () => {
  const of = (pipelineParallel: number, tokens: number, latency: 0 | 1): number => {
    const layout = { tensorParallel: 1, dataParallel: 1, pipelineParallel, expertParallel: false };
    const { architecture } = getModel('Qwen3.5-27B');
    const f = stepFeatures(architecture, 'fp8', getGpu('H200'), layout, { kvBytes: 2, mtpTokens: 0 });
    return communicationSeconds(f, k, tokens, latency);
  };
  expect(of(1, 1000, 1)).toBe(0);
  for (const latency of [0, 1] as const) {
    expect(of(2, 1000, latency)).toBeGreaterThan(0);
    expect(of(5, 1000, latency) / of(2, 1000, latency)).toBeCloseTo(4, 9);
  }
});
