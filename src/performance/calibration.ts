import { getGpu } from '../hardware/gpus';
import type { CheckpointKey } from '../models/checkpoints';
import { getModel } from '../models/registry';
import type { Layout } from '../vllm/layout';
import type { KvCacheDtype } from '../vllm/pool';
import { LATEST_RELEASE, type Release } from '../vllm/releases';
import { type Basis, basisOf, type Coefficients, coefficientsFor } from './coefficients';
import { type Footing, type LayoutSds, layoutSds } from './interval';
import { unpacksBlockFp8 } from './precision-map';

/** A multiplier of a part of the step-time model, and how sure a prediction is once it is applied. */
export interface Multiplier {
  readonly value: number;
  /** Standard deviation of ln(predicted / measured) that remains. */
  readonly remainingSd: number;
  /** False: too little was measured, so the value is 1 and the spread is that of the data. */
  readonly learned: boolean;
}

/** An engine as a benchmark meets it: what of its settings changes how long a step takes. */
export interface MeasuredEngine {
  readonly checkpoint: CheckpointKey;
  readonly layout: Layout;
  readonly kvCacheDtype: KvCacheDtype;
  readonly mtpTokens: number;
}

/** What benchmarks of one engine taught: performance-model.md section 9.5. A multiplier of 1 changes nothing. */
export interface Calibration extends MeasuredEngine {
  /** Canonical model name, GPU id and engine release measured; it says nothing of another. */
  readonly model: string;
  readonly gpu: string;
  readonly vllmVersion: string;
  /** Of the decode step. */
  readonly decode: Multiplier;
  /** Of the engine time of a prompt. */
  readonly prefill: Multiplier;
  /** Of the time to the first token outside prefill: front end and first burst; queues follow from prefill. */
  readonly ttft: Multiplier;
  /** Name and SHA-256 of the file, and when the last of its results was measured: a plan that uses it says so. */
  readonly file: string;
  readonly sha256: string;
  readonly measuredAt: string;
}

/** The model of one engine's steps, and what its predictions rest on. */
export interface Grounded {
  readonly coefficients: Coefficients;
  readonly basis: Basis;
  readonly footing: Footing;
}

/**
 * What is known of a model on a GPU, with the calibration of these two, if any. Its multipliers hold for every engine
 * of the model on the GPU, else an engine that nobody measured would look faster than the measured one; the narrower
 * interval is of the measured engine alone.
 */
export function groundedIn(
  k: Coefficients,
  calibrations: readonly Calibration[],
  {
    model,
    gpu,
    release = LATEST_RELEASE,
    ...engine
  }: MeasuredEngine & Pick<Calibration, 'model' | 'gpu'> & { readonly release?: Pick<Release, 'version'> },
): Grounded {
  const coefficients = coefficientsFor(k, model, gpu);
  const known = basisOf(model, gpu, engine.checkpoint);
  // The data knows other kernels on this GPU than the ones that this release takes.
  const otherKernels = engine.checkpoint === 'fp8' && unpacksBlockFp8(getGpu(gpu), release);
  const basis = known === 'measured' && otherKernels ? 'related' : known;
  const calibration = calibrations.find((known) => known.model === model && known.gpu === gpu);
  const sds = layoutSds(engine.layout, getModel(model).architecture.moe !== null);
  if (calibration === undefined)
    return { coefficients, basis, footing: { basis, remainingSds: {}, layoutSds: sds } };
  const { decode, prefill, ttft } = calibration;
  // Another engine of this model was measured on this GPU: what the data calls `measured`.
  const better: Basis = decode.learned && ttft.learned ? 'measured' : basis;
  const remainingSds = isEngine(calibration, engine)
    ? {
        ...(decode.learned ? { tpot: decode.remainingSd, output: decode.remainingSd } : {}),
        // A sum of two parts is no less certain, relatively, than the less certain of them.
        ...(prefill.learned && ttft.learned ? { ttft: Math.max(prefill.remainingSd, ttft.remainingSd) } : {}),
      }
    : {};
  return {
    coefficients: calibrated(coefficients, calibration),
    basis: better,
    footing: { basis: better, remainingSds, layoutSds: withoutKeysOf(sds, remainingSds) },
  };
}

/** What was measured on this very layout has no doubt of the layout left. */
const withoutKeysOf = (sds: LayoutSds, measured: object): LayoutSds =>
  Object.fromEntries(Object.entries(sds).filter(([figure]) => !(figure in measured)));

/** Whether a calibration was measured on this engine: the one whose interval it narrows. */
export const isEngine = (a: MeasuredEngine, b: MeasuredEngine): boolean =>
  a.checkpoint === b.checkpoint &&
  a.kvCacheDtype === b.kvCacheDtype &&
  a.mtpTokens === b.mtpTokens &&
  a.layout.tensorParallel === b.layout.tensorParallel &&
  a.layout.pipelineParallel === b.layout.pipelineParallel &&
  a.layout.dataParallel === b.layout.dataParallel &&
  a.layout.expertParallel === b.layout.expertParallel;

/** Coefficients with multipliers on top of what was fitted. */
export const calibrated = (
  k: Coefficients,
  { decode, prefill, ttft }: Readonly<Record<'decode' | 'prefill' | 'ttft', Pick<Multiplier, 'value'>>>,
): Coefficients => ({
  ...k,
  decodeFactor: (k.decodeFactor ?? 1) * decode.value,
  prefillFactor: (k.prefillFactor ?? 1) * prefill.value,
  requestFactor: (k.requestFactor ?? 1) * ttft.value,
  burstShare: k.burstShare * ttft.value,
});
