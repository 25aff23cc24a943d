import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';

const MICRO = 1e-6;
const MILLI = 1e-3;
const EXPERT_PARALLEL_LATENCY_SECONDS = 20 * MICRO;
/** gpt-oss, in the calibration data, caps half its layers at this many tokens. */
const SLIDING_WINDOW_TOKENS = 128;
const DRAFT_PASS_SECONDS = 100 * MICRO;

const hypot = (x: number, y: number): number => Math.sqrt(x * x + y * y);

/** Share of the experts that a step of this many tokens touches, with experts chosen evenly. */
function touchedExperts(f: StepFeatures, tokens: number): number {
  return 1 - (1 - f.activeExperts / f.experts) ** tokens;
}

function effectiveBandwidth(f: StepFeatures, k: Coefficients): { raw: number; dense: number; experts: number } {
  const raw = f.memoryBandwidth * k.bandwidthFactor[f.gpuClass];
  const dense = raw * k.weightReadEfficiency;
  return { raw, dense, experts: dense * (f.expertsWeightOnlyInt4 ? k.int4ReadEfficiency : 1) };
}

function weightReadSeconds(f: StepFeatures, k: Coefficients, tokensAllRanks: number): number {
  const bandwidth = effectiveBandwidth(f, k);
  return (
    (f.denseWeightBytes + f.headWeightBytes) / bandwidth.dense +
    (f.expertWeightBytes * touchedExperts(f, tokensAllRanks)) / bandwidth.experts
  );
}

function computeSeconds(f: StepFeatures, k: Coefficients, tokens: number): number {
  const perToken =
    (f.denseFlop.bf16 + f.expertFlop.bf16 / k.moeMfuRatio) / (f.peakFlops.bf16 * k.mfuBf16) +
    (f.denseFlop.fp8 + f.expertFlop.fp8 / k.moeMfuRatio) / (f.peakFlops.fp8 * k.mfuFp8) +
    (f.denseFlop.fp4 + f.expertFlop.fp4 / k.moeMfuRatio) / (f.peakFlops.fp4 * k.mfuFp4);
  return (tokens * perToken) / k.computeFactor[f.gpuClass];
}

/** All-reduces of tensor parallelism and all-to-alls of expert data parallelism; `latencyShare` 0 hides latency. */
export function communicationSeconds(f: StepFeatures, k: Coefficients, tokens: number, latencyShare: 0 | 1): number {
  const link = f.linkBandwidth * (f.nvlink ? k.nvlinkEfficiency : k.pcieEfficiency);
  const latency = (f.nvlink ? k.nvlinkLatencyMicros : k.pcieLatencyMicros) * MICRO;
  const bytes = tokens * f.hiddenSize * 2;
  const tp = f.tensorParallel;
  const tensorParallel =
    tp > 1 ? 2 * f.layers * (latencyShare * latency * Math.log2(tp) + (bytes * 2 * (tp - 1)) / tp / link) : 0;
  const expertParallel =
    f.dataParallel > 1 && f.moeLayers > 0
      ? f.moeLayers *
        2 *
        (latencyShare * EXPERT_PARALLEL_LATENCY_SECONDS + (bytes * Math.min(f.activeExperts, f.dataParallel)) / link)
      : 0;
  return tensorParallel + expertParallel;
}

const layerSeconds = (f: StepFeatures, k: Coefficients): number =>
  (f.attentionLayers * k.attentionLayerMicros + f.gdnLayers * k.gdnLayerMicros + f.moeLayers * k.moeLayerMicros) * MICRO;

/** Where the time of a decode step goes, in seconds; `total` is not the plain sum (weights and compute overlap). */
export interface StepTerms {
  readonly weights: number;
  readonly compute: number;
  readonly kv: number;
  readonly state: number;
  readonly overhead: number;
  readonly communication: number;
  readonly draft: number;
  readonly total: number;
}

/**
 * One decode step for `batch` sequences at mean context `contextTokens`. performance-model.md 2.2.
 * @param engineAge 1 for vLLM >= 0.13; the fitted factor for older engines in the calibration data
 */
export function decodeStep(f: StepFeatures, k: Coefficients, batch: number, contextTokens: number, engineAge = 1): StepTerms {
  const tokens = batch * (1 + f.mtpTokens);
  const bandwidth = effectiveBandwidth(f, k);
  const weights = weightReadSeconds(f, k, tokens * f.dataParallel);
  const compute =
    computeSeconds(f, k, tokens) +
    (tokens * f.headFlop) / (f.peakFlops.bf16 * k.mfuBf16 * k.computeFactor[f.gpuClass]);
  const kvBytes = contextTokens * f.kvBytesPerToken + Math.min(contextTokens, SLIDING_WINDOW_TOKENS) * f.slidingKvBytesPerToken;
  const kv = (batch * kvBytes) / (bandwidth.raw * k.kvReadEfficiency);
  const state = (batch * f.stateBytesPerSequence) / (bandwidth.raw * k.stateEfficiency);
  const overhead =
    engineAge * (k.layerOverheadFactor[f.gpuClass] * layerSeconds(f, k) + k.stepMillis * MILLI) +
    batch * k.sequenceMillis * MILLI;
  const communication = communicationSeconds(f, k, tokens, 1);
  const draft = f.mtpTokens * draftPassSeconds(f, k, tokens);
  const total = hypot(weights, compute) + kv + state + overhead + communication + draft;
  return { weights, compute, kv, state, overhead, communication, draft, total };
}

function draftPassSeconds(f: StepFeatures, k: Coefficients, tokens: number): number {
  const bandwidth = effectiveBandwidth(f, k);
  const experts = (f.expertWeightBytes * touchedExperts(f, tokens * f.dataParallel)) / f.layers / bandwidth.experts;
  const reads = (f.headWeightBytes + f.denseWeightBytes / f.layers) / bandwidth.dense + experts;
  const kernels = 3 * (k.attentionLayerMicros + (f.moeLayers > 0 ? k.moeLayerMicros : 0)) * MICRO;
  return reads + kernels + DRAFT_PASS_SECONDS;
}

export interface PrefillInput {
  readonly inputTokens: number;
  readonly maxNumBatchedTokens: number;
  /** Sequences decoding meanwhile. */
  readonly decodeBatch: number;
  /** Prompts that share one step's token budget, at least 1. */
  readonly share: number;
  readonly engineAge?: number;
}

/**
 * Extra engine time of one prefill inside mixed steps (chunked prefill). performance-model.md 2.3.
 * With an idle engine there is no decode step to hide behind, so the whole time counts.
 */
export function prefillSeconds(f: StepFeatures, k: Coefficients, input: PrefillInput): number {
  const { inputTokens, maxNumBatchedTokens, decodeBatch, share, engineAge = 1 } = input;
  const chunk = Math.min(inputTokens * share, maxNumBatchedTokens);
  const steps = inputTokens / chunk;
  const decodeTokens = decodeBatch * (1 + f.mtpTokens);
  const mixed = hypot(
    weightReadSeconds(f, k, (chunk + decodeTokens) * f.dataParallel),
    computeSeconds(f, k, decodeTokens + chunk),
  );
  const alone =
    decodeBatch <= 1e-5
      ? 0
      : hypot(
          weightReadSeconds(f, k, decodeTokens * f.dataParallel),
          computeSeconds(f, k, decodeTokens),
        );
  const attention =
    (f.attentionFlop * inputTokens * inputTokens) /
    2 /
    (f.peakFlops.bf16 * k.mfuBf16 * k.computeFactor[f.gpuClass]);
  const gdn =
    (inputTokens * f.gdnHeadLayers * k.gdnPrefillMicros * MICRO * (1e15 / f.peakFlops.bf16)) / k.computeFactor[f.gpuClass];
  return (
    steps * (mixed - alone) +
    attention +
    gdn +
    communicationSeconds(f, k, inputTokens, 0) +
    steps * k.mixedStepLayerMicros * MICRO * f.layers * engineAge
  );
}

/** What one engine step carries on one data-parallel rank. */
export interface MixedStep {
  /** Sequences that decode in this step. */
  readonly decodeBatch: number;
  /** Their mean context, tokens. */
  readonly decodeContextTokens: number;
  /** Prompt tokens computed in this step, over all prompts that share it. */
  readonly prefillTokens: number;
  /** Tokens already in the KV cache (earlier chunks, prefix hits) of those prompts, mean weighted by their tokens. */
  readonly prefillContextTokens: number;
}

/**
 * Seconds of one engine step: a decode batch and a chunk of prompts side by side. Without prompts it is `decodeStep`;
 * over the chunks of one prompt the excess over decoding alone sums to `prefillSeconds` (share 1).
 */
export function mixedStepSeconds(f: StepFeatures, k: Coefficients, step: MixedStep): number {
  const { decodeBatch, decodeContextTokens, prefillTokens, prefillContextTokens } = step;
  const decode = decodeStep(f, k, decodeBatch, decodeContextTokens);
  if (prefillTokens <= 0) return decode.total;
  // An idle engine has no weight reads to share: decodeStep of no sequences still reads the dense weights.
  const alone = decodeBatch > 0 ? decode.total : decode.total - Math.hypot(decode.weights, decode.compute);
  const chunk = prefillSeconds(f, k, {
    inputTokens: prefillTokens,
    maxNumBatchedTokens: prefillTokens,
    decodeBatch,
    share: 1,
  });
  const earlier = (f.attentionFlop * prefillTokens * prefillContextTokens) / (f.peakFlops.bf16 * k.mfuBf16 * k.computeFactor[f.gpuClass]);
  return alone + chunk + earlier;
}

/** Tokens accepted per step: 1 without MTP, else the geometric sum over draft tokens. */
export function acceptedTokens(mtpTokens: number, acceptance: number): number {
  return mtpTokens === 0 ? 1 : (1 - acceptance ** (mtpTokens + 1)) / (1 - acceptance);
}
