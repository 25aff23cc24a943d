import { findGpu } from '../hardware/gpus';
import { precisionSupport } from '../hardware/precision';
import type { CheckpointKey } from '../models/checkpoints';
import data from './data/coefficients.json';
import type { GpuClass } from './features';

/** Coefficients of the step-time model; names say what they scale, units are in the names. */
export interface Coefficients {
  readonly weightReadEfficiency: number;
  readonly kvReadEfficiency: number;
  readonly stateEfficiency: number;
  readonly attentionLayerMicros: number;
  readonly gdnLayerMicros: number;
  readonly moeLayerMicros: number;
  readonly sharedExpertLayerMicros: number;
  readonly stepMillis: number;
  /** Per sequence and step: sampling, detokenisation, streaming. */
  readonly sequenceMillis: number;
  /** Per sequence and draft token: the draft's sampling and its verification. */
  readonly draftSequenceMillis: number;
  readonly mfuBf16: number;
  readonly mfuFp8: number;
  readonly mfuFp4: number;
  readonly moeMfuRatio: number;
  /** Rows of a tile of the experts' grouped GEMM; 1 pads nothing. Not fitted. */
  readonly expertTileRows: number;
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
  /** What a closed benchmark's first burst adds, relative to half the burst's prefill time. */
  readonly burstShare: number;
  /**
   * Whether a sequence meets itself as if it were another: its own prefill in its decoding, and not its own place in the
   * batch. 0 no (physics), 1 as first studied.
   */
  readonly selfInterference: number;
  readonly gdnPrefillMicros: number;
  /** Probability that a draft token is accepted, given that those before it were. */
  readonly mtpAcceptance: number;
  readonly int4ReadEfficiency: number;
  /** Of dense NVFP4 weights. */
  readonly fp4ReadEfficiency: number;
  readonly mixedStepLayerMicros: number;
  readonly bandwidthFactor: Readonly<Record<GpuClass, number>>;
  readonly computeFactor: Readonly<Record<GpuClass, number>>;
  readonly layerOverheadFactor: Readonly<Record<GpuClass, number>>;
  /**
   * Multipliers for one model on one GPU, shrunk towards 1: of the decode step, of prefill, of the time of a request
   * outside the engine and of the per-sequence time. 1 where nothing was measured.
   */
  readonly decodeFactor?: number;
  readonly prefillFactor?: number;
  readonly requestFactor?: number;
  readonly sequenceFactor?: number;
}

type Effects = Required<
  Pick<Coefficients, 'decodeFactor' | 'prefillFactor' | 'requestFactor' | 'sequenceFactor'>
>;

/** What the fit says of any model on any GPU; `coefficientsFor` adds what was measured of one model on one GPU. */
export const FITTED: Coefficients = data.coefficients;
export const FITTED_ON: string = data.fittedOn;

const EFFECTS: Readonly<Record<string, Effects>> = data.effects;
const MEASURED_GPUS: ReadonlySet<string> = new Set(data.measuredGpus);

/** Coefficients with the measured peculiarities of a model (canonical name) on a GPU (id); `k` itself where none is. */
export function coefficientsFor(k: Coefficients, modelName: string, gpuId: string): Coefficients {
  const effects = EFFECTS[`${modelName}|${gpuId}`];
  return effects === undefined ? k : { ...k, ...effects };
}

/** What a prediction rests on: this model on this GPU measured, the GPU measured with a relative, or datasheets. */
export type Basis = 'measured' | 'related' | 'datasheet';

/**
 * Basis of a prediction for a model (canonical name) on a GPU (id). Weights in FP8 that the GPU cannot compute with are
 * unpacked by Marlin's kernels (vLLM `marlin_utils_fp8.py`; experts too since vllm#18026): they run, but no
 * observation of such a run is in the data, whatever else was measured on that GPU.
 */
export function basisOf(modelName: string, gpuId: string, checkpoint?: CheckpointKey): Basis {
  const gpu = findGpu(gpuId);
  if (checkpoint === 'fp8' && gpu !== undefined && precisionSupport(gpu, checkpoint).how === 'weight-only')
    return 'datasheet';
  if (`${modelName}|${gpuId}` in EFFECTS) return 'measured';
  return MEASURED_GPUS.has(gpuId) ? 'related' : 'datasheet';
}
