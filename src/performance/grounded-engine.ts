import type { Gpu } from '../hardware/gpus';
import type { Model } from '../models/registry';
import type { AdapterRoom } from '../vllm/adapters';
import type { Release } from '../vllm/releases';
import { adapterFooting, withAdapters } from './adapters';
import { type Calibration, type Grounded, groundedIn, type MeasuredEngine } from './calibration';
import type { Coefficients } from './coefficients';
import { type StepFeatures, stepFeatures } from './features';

/** An engine whose steps are to be predicted. */
export interface PredictedEngine extends MeasuredEngine {
  readonly model: Model;
  readonly gpu: Gpu;
  readonly release: Pick<Release, 'version'>;
  readonly maxNumBatchedTokens: number;
  /** Room for LoRA adapters; null without any. */
  readonly adapters: AdapterRoom | null;
}

/** What its steps read and compute, and what their predictions rest on. */
export interface GroundedEngine extends Grounded {
  readonly features: StepFeatures;
}

/** Features, coefficients and footing of one engine; what adapters change is in all of them. @param k of all models and GPUs */
export function groundedEngine(
  k: Coefficients,
  calibrations: readonly Calibration[],
  engine: PredictedEngine,
): GroundedEngine {
  const { model, gpu, checkpoint, layout, kvCacheDtype, mtpTokens, release } = engine;
  const { architecture } = model;
  const without = stepFeatures(architecture, checkpoint, gpu, layout, {
    kvBytes: kvCacheDtype === 'fp8' ? 1 : 2,
    mtpTokens,
    release,
  });
  const features = withAdapters(without, architecture, layout, engine.adapters);
  const grounded = groundedIn(k, calibrations, {
    checkpoint,
    layout,
    kvCacheDtype,
    mtpTokens,
    release,
    model: model.name,
    gpu: gpu.id,
  });
  return { ...adapterFooting(grounded, without, features, engine.maxNumBatchedTokens), features };
}
