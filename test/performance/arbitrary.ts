import fc from 'fast-check';
import { GPUS, getGpu } from '../../src/hardware/gpus';
import { precisionSupport } from '../../src/hardware/precision';
import type { CheckpointKey } from '../../src/models/checkpoints';
import { getModel } from '../../src/models/registry';
import { coefficientsFor, FITTED } from '../../src/performance/coefficients';
import { type StepFeatures, stepFeatures } from '../../src/performance/features';

export const SEEDED = { seed: 20_260_301, numRuns: 200 } as const;

const MODELS = ['Qwen3.5-4B', 'Qwen3.5-9B', 'Qwen3.5-27B', 'Qwen3.5-35B-A3B', 'Qwen3.5-397B-A17B'];
const CHECKPOINTS: readonly CheckpointKey[] = ['bf16', 'fp8', 'nvfp4', 'gptq-int4'];
const gpus = GPUS.filter((gpu) => precisionSupport(gpu, 'bf16').how !== 'impossible').map((gpu) => gpu.id);

/** Any model on any GPU that can run it, with its own coefficients. */
export const engines = fc
  .record({
    model: fc.constantFrom(...MODELS),
    checkpoint: fc.constantFrom(...CHECKPOINTS),
    gpu: fc.constantFrom(...gpus),
    tensorParallel: fc.constantFrom(1, 2, 4, 8),
    dataParallel: fc.constantFrom(1, 1, 2),
    pipelineParallel: fc.constantFrom(1, 1, 2),
    mtpTokens: fc.constantFrom(0, 0, 1, 3),
  })
  .map(({ model, checkpoint, gpu, mtpTokens, ...layout }) => ({
    name: `${model} ${checkpoint} ${gpu} ${JSON.stringify(layout)} mtp ${mtpTokens}`,
    features: stepFeatures(
      getModel(model).architecture,
      checkpoint,
      getGpu(gpu),
      { ...layout, expertParallel: false },
      { kvBytes: 2, mtpTokens },
    ),
    coefficients: coefficientsFor(FITTED, model, gpu),
  }));

/** One fixed engine, for examples. */
export const EXAMPLE: { readonly features: StepFeatures; readonly coefficients: typeof FITTED } = {
  features: stepFeatures(
    getModel('Qwen3.5-35B-A3B').architecture,
    'fp8',
    getGpu('H100'),
    { tensorParallel: 1, dataParallel: 1, pipelineParallel: 1, expertParallel: false },
    { kvBytes: 2, mtpTokens: 0 },
  ),
  coefficients: FITTED,
};
