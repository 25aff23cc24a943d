import type { CheckpointKey } from '../../src/models/checkpoints';
import { getModel } from '../../src/models/registry';
import { lacksTunedExperts } from '../../src/vllm/expert-kernels';
import { type Layout, tensorParallelOnly } from '../../src/vllm/layout';

// The log of one H100 with 35B-A3B FP8 named the missing file (E=256,N=512); of the other files, the names in the package tell.
test.each<[string, string, CheckpointKey, Layout, boolean]>([
  ['35B-A3B', 'H100', 'fp8', tensorParallelOnly(1), true],
  ['35B-A3B', 'H100', 'fp8', tensorParallelOnly(2), true],
  ['35B-A3B', 'H100', 'fp8', tensorParallelOnly(4), false],
  ['35B-A3B', 'H100', 'fp8', { ...tensorParallelOnly(2), dataParallel: 2 }, false],
  ['35B-A3B', 'H100', 'fp8', { ...tensorParallelOnly(2), expertParallel: true }, false],
  ['35B-A3B', 'H100', 'bf16', tensorParallelOnly(1), false],
  ['35B-A3B', 'H200', 'fp8', tensorParallelOnly(1), false],
  ['35B-A3B', 'L40S', 'fp8', tensorParallelOnly(1), false],
  ['122B-A10B', 'H100', 'fp8', tensorParallelOnly(8), false],
  ['397B-A17B', 'H100', 'fp8', tensorParallelOnly(8), false],
  ['397B-A17B', 'H200', 'fp8', tensorParallelOnly(8), true],
  ['27B', 'H100', 'fp8', tensorParallelOnly(1), false],
])('Qwen3.5-%s on %s, %s, %j: untuned is %s', (model, gpu, checkpoint, layout, untuned) => {
  const { moe } = getModel(`Qwen3.5-${model}`).architecture;
  expect(lacksTunedExperts(gpu, checkpoint, layout, moe)).toBe(untuned);
});
