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
  /** Per sequence and draft token: the draft's sampling and its verification. */
  readonly draftSequenceMillis: number;
  readonly mfuBf16: number;
  readonly mfuFp8: number;
  readonly mfuFp4: number;
  readonly moeMfuRatio: number;
  /** Tokens that count as independent draws of experts, per token; 1 would be even routing. */
  readonly routingSpread: number;
  readonly nvlinkLatencyMicros: number;
  readonly nvlinkEfficiency: number;
  readonly pcieLatencyMicros: number;
  /** Added per further GPU of a ring over PCIe. */
  readonly pcieHopMicros: number;
  readonly pcieEfficiency: number;
  /** Bandwidth left of PCIe when transfers pass through host memory. */
  readonly hostStagedLink: number;
  readonly requestMillis: number;
  /** Of each prompt token before the engine sees it: tokenisation, transport. */
  readonly promptTokenMicros: number;
  readonly burstShare: number;
  /** Whether a sequence's own prefill counts as interference with its decoding: 0 no (physics), 1 as first studied. */
  readonly selfInterference: number;
  readonly gdnPrefillMicros: number;
  readonly mtpAcceptance: number;
  readonly int4ReadEfficiency: number;
  /** Of dense NVFP4 weights. */
  readonly fp4ReadEfficiency: number;
  readonly mixedStepLayerMicros: number;
  readonly bandwidthFactor: Readonly<Record<GpuClass, number>>;
  readonly computeFactor: Readonly<Record<GpuClass, number>>;
  readonly layerOverheadFactor: Readonly<Record<GpuClass, number>>;
  /** Multipliers of the decode step, of prefill, of the per-request and of the per-sequence time, for one model on one GPU; 1 on average. */
  readonly decodeFactor?: number;
  readonly prefillFactor?: number;
  readonly requestFactor?: number;
  readonly sequenceFactor?: number;
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
