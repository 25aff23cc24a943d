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
