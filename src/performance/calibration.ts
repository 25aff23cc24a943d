import type { Coefficients } from './coefficients';

/** A multiplier of a part of the step-time model, and how sure a prediction is once it is applied. */
export interface Multiplier {
  readonly value: number;
  /** Standard deviation of ln(predicted / measured) that remains. */
  readonly remainingSd: number;
}

/** What benchmarks of one engine taught: performance-model.md section 9.5. A multiplier of 1 changes nothing. */
export interface Calibration {
  /** Canonical model name and GPU id of the engine measured; it says nothing of another. */
  readonly model: string;
  readonly gpu: string;
  /** Of the decode step. */
  readonly decode: Multiplier;
  /** Of the engine time of a prompt. */
  readonly prefill: Multiplier;
  /** Of the time to the first token outside prefill: front end and first burst; queues follow from prefill. */
  readonly ttft: Multiplier;
  /** What it was learned from, for people: a plan that uses it says so. */
  readonly source: string;
}

/** Coefficients of a model on a GPU, after `coefficientsFor`, with the calibration where it speaks of these two. */
export const calibratedFor = (
  k: Coefficients,
  calibration: Calibration | undefined,
  modelName: string,
  gpuId: string,
): Coefficients =>
  calibration?.model === modelName && calibration.gpu === gpuId ? calibrated(k, calibration) : k;

/** Coefficients with multipliers on top of what was fitted. */
export const calibrated = (
  k: Coefficients,
  { decode, prefill, ttft }: Pick<Calibration, 'decode' | 'prefill' | 'ttft'>,
): Coefficients => ({
  ...k,
  decodeFactor: (k.decodeFactor ?? 1) * decode.value,
  prefillFactor: (k.prefillFactor ?? 1) * prefill.value,
  requestFactor: (k.requestFactor ?? 1) * ttft.value,
  burstShare: k.burstShare * ttft.value,
});
