import data from './data/coefficients.json';
import type { GpuClass } from './features';

/** Fitted coefficients of the step-time model; names say what they scale, units are in the names. */
export interface Coefficients {
  readonly weightReadEfficiency: number;
  readonly kvReadEfficiency: number;
  readonly stateEfficiency: number;
  readonly attentionLayerMicros: number;
  readonly gdnLayerMicros: number;
  readonly moeLayerMicros: number;
  readonly stepMillis: number;
  readonly sequenceMillis: number;
  readonly mfuBf16: number;
  readonly mfuFp8: number;
  readonly mfuFp4: number;
  readonly moeMfuRatio: number;
  readonly nvlinkLatencyMicros: number;
  readonly nvlinkEfficiency: number;
  readonly pcieLatencyMicros: number;
  readonly pcieEfficiency: number;
  readonly requestMillis: number;
  readonly burstShare: number;
  readonly gdnPrefillMicros: number;
  readonly mtpAcceptance: number;
  readonly int4ReadEfficiency: number;
  readonly mixedStepLayerMicros: number;
  readonly bandwidthFactor: Readonly<Record<GpuClass, number>>;
  readonly computeFactor: Readonly<Record<GpuClass, number>>;
  readonly layerOverheadFactor: Readonly<Record<GpuClass, number>>;
}

export const FITTED: Coefficients = data.coefficients;
export const FITTED_ON: string = data.fittedOn;

/** What a prediction rests on: this model on this GPU measured, the GPU measured with a relative, or datasheets. */
export type Basis = 'measured' | 'related' | 'datasheet';

/** Basis of a prediction for a model (canonical name) on a GPU (id). */
export function basisOf(modelName: string, gpuId: string): Basis {
  if (data.measuredPairs.some(([model, gpu]) => model === modelName && gpu === gpuId)) return 'measured';
  return data.measuredGpus.includes(gpuId) ? 'related' : 'datasheet';
}
