import { getGpu } from '../../src/hardware/gpus';
import { getModel } from '../../src/models/registry';
import { coefficientsFor, FITTED } from '../../src/performance/coefficients';
import { stepFeatures } from '../../src/performance/features';
import type { Load } from '../../src/performance/load';
import { openSteps } from '../../src/performance/open-steps';
import { tensorParallelOnly } from '../../src/vllm/layout';

const LOAD: Load = {
  arrivals: { kind: 'open', requestsPerSecond: 1, spacing: 'poisson' },
  inputTokens: 1000,
  outputTokens: 50,
  maxBatch: 128,
  maxNumBatchedTokens: 8192,
};

test.each([
  [0, 1, 49],
  [1, 0.62, 31],
  [1, 1, 25],
])('a last step with %i drafts, %d of them accepted, counts whole', (mtpTokens, mtpAcceptance, steps) => {
  const model = getModel('Qwen3.5-9B');
  const features = stepFeatures(model.architecture, 'bf16', getGpu('L40S'), tensorParallelOnly(1), {
    kvBytes: 2,
    mtpTokens,
  });
  const k = { ...coefficientsFor(FITTED, model.name, 'L40S'), mtpAcceptance };
  expect(openSteps(features, k, LOAD)(1).decodeSteps).toBe(steps);
  // Of varied lengths the mean over all that round up to whole steps.
  const varied = openSteps(features, k, { ...LOAD, outputVariation: 0.5 })(1).decodeStepsOf;
  const lengths = Array.from({ length: 1000 }, (_, i) => i + 2);
  const accepted = 1 + mtpTokens * mtpAcceptance;
  const mean = (of: (tokens: number) => number): number =>
    lengths.reduce((sum, tokens) => sum + of(tokens), 0) / lengths.length;
  expect(mean(varied)).toBeCloseTo(
    mean((tokens) => Math.ceil((tokens - 1) / accepted - 1e-9)),
    1,
  );
});
