import type { Coefficients } from './coefficients';
import { communicationSeconds } from './communication';
import type { StepFeatures } from './features';

const MICRO = 1e-6;
const MILLI = 1e-3;
/** gpt-oss, in the calibration data, caps half its layers at this many tokens. */
const SLIDING_WINDOW_TOKENS = 128;
const DRAFT_PASS_SECONDS = 100 * MICRO;
/** Below this batch an engine is idle: nothing to share a step with. */
export const IDLE_BATCH = 1e-5;

const hypot = (x: number, y: number): number => Math.sqrt(x * x + y * y);

/** Share of the experts that a step of this many tokens touches; routing is correlated, so fewer than if drawn evenly. */
function touchedExperts(f: StepFeatures, k: Coefficients, tokens: number): number {
  return 1 - (1 - f.activeExperts / f.experts) ** Math.max(Math.min(tokens, 1), tokens * k.routingSpread);
}

/** Bytes per second: raw, of dense weights, of expert weights. */
function effectiveBandwidth(
  f: StepFeatures,
  k: Coefficients,
): { raw: number; dense: number; experts: number } {
  const raw = f.memoryBandwidth * k.bandwidthFactor[f.gpuClass];
  const dense = raw * k.weightReadEfficiency;
  return { raw, dense, experts: dense * (f.expertsWeightOnlyInt4 ? k.int4ReadEfficiency : 1) };
}

/** Dense four-bit weights read slower than their bytes say: as if there were so many more. */
const unpackedBytes = (f: StepFeatures, k: Coefficients): number =>
  f.denseFp4WeightBytes * (1 / k.fp4ReadEfficiency - 1);

export function weightReadSeconds(f: StepFeatures, k: Coefficients, tokensAllRanks: number): number {
  const bandwidth = effectiveBandwidth(f, k);
  return (
    (f.denseWeightBytes + f.headWeightBytes + unpackedBytes(f, k)) / bandwidth.dense +
    (f.expertWeightBytes * touchedExperts(f, k, tokensAllRanks)) / bandwidth.experts
  );
}

/** BF16 FLOP per second that attention, the head and the vision tower reach. */
export const bf16Rate = (f: StepFeatures, k: Coefficients): number =>
  f.peakFlops.bf16 * k.mfuBf16 * k.computeFactor[f.gpuClass];

/** Seconds of tensor-core work per token: dense layers, and routed experts. */
export function computePerToken(f: StepFeatures, k: Coefficients): { dense: number; experts: number } {
  const seconds = (flop: StepFeatures['denseFlop']): number =>
    (flop.bf16 / (f.peakFlops.bf16 * k.mfuBf16) +
      flop.fp8 / (f.peakFlops.fp8 * k.mfuFp8) +
      flop.fp4 / (f.peakFlops.fp4 * k.mfuFp4)) /
    k.computeFactor[f.gpuClass];
  return { dense: seconds(f.denseFlop), experts: seconds(f.expertFlop) / k.moeMfuRatio };
}

/**
 * Tokens that the experts compute for: a grouped GEMM fills up each touched expert's rows to a whole tile, a tile for
 * few rows and half a tile more on average for many (vLLM `moe_align_block_size`).
 */
export function paddedTokens(f: StepFeatures, k: Coefficients, tokens: number, touched: number): number {
  if (f.experts === f.activeExperts) return tokens;
  // So many tokens would fill one row of each touched expert.
  const oneRow = (f.experts * touched) / (f.activeExperts * f.dataParallel);
  return Math.max(k.expertTileRows * oneRow, tokens + ((k.expertTileRows - 1) / 2) * oneRow);
}

export function computeSeconds(f: StepFeatures, k: Coefficients, tokens: number): number {
  const { dense, experts } = computePerToken(f, k);
  if (tokens <= 0) return 0;
  const touched = touchedExperts(f, k, tokens * f.dataParallel);
  return tokens * dense + paddedTokens(f, k, tokens, touched) * experts;
}

const layerSeconds = (f: StepFeatures, k: Coefficients): number =>
  (f.attentionLayers * k.attentionLayerMicros +
    f.gdnLayers * k.gdnLayerMicros +
    f.moeLayers * k.moeLayerMicros +
    f.sharedExpertLayers * k.sharedExpertLayerMicros) *
  MICRO;

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

/** One decode step for `batch` sequences at mean context `contextTokens`. performance-model.md 2.2. */
export function decodeStep(
  f: StepFeatures,
  k: Coefficients,
  batch: number,
  contextTokens: number,
): StepTerms {
  const factor = k.decodeFactor ?? 1;
  const tokens = batch * (1 + f.mtpTokens);
  const bandwidth = effectiveBandwidth(f, k);
  const weights = factor * weightReadSeconds(f, k, tokens * f.dataParallel);
  const compute = factor * (computeSeconds(f, k, tokens) + (tokens * f.headFlop) / bf16Rate(f, k));
  const furtherPasses = Math.max(0, f.mtpTokens - 1);
  const kvBytes =
    contextTokens * f.kvBytesPerToken * (1 + furtherPasses / f.attentionLayers) +
    Math.min(contextTokens, SLIDING_WINDOW_TOKENS) * f.slidingKvBytesPerToken;
  const kv = (factor * (batch * kvBytes)) / (bandwidth.raw * k.kvReadEfficiency);
  const state = (factor * (batch * f.stateBytesPerSequence)) / (bandwidth.raw * k.stateEfficiency);
  const sequenceMillis = (k.sequenceMillis + f.mtpTokens * k.draftSequenceMillis) * (k.sequenceFactor ?? 1);
  const overhead =
    factor *
    (k.layerOverheadFactor[f.gpuClass] * layerSeconds(f, k) +
      (k.stepMillis + batch * sequenceMillis) * MILLI +
      (f.adapterStepSeconds ?? 0) +
      tokens * (f.adapterTokenSeconds ?? 0));
  const communication =
    factor *
    (communicationSeconds(f, k, tokens, 1) +
      (furtherPasses / f.layers) * communicationSeconds(f, k, batch, 1));
  const draft = factor * draftSeconds(f, k, batch);
  const total = hypot(weights, compute) + kv + state + overhead + communication + draft;
  return { weights, compute, kv, state, overhead, communication, draft, total };
}

/**
 * What drafts add to a step besides KV reads and communication. All tokens pass the draft layer once, as any other layer
 * (`withDraftLayer`), for the first draft; each further one is another pass of one token a sequence, and all need the head.
 * vLLM 0.33.0 v1/spec_decode/llm_base_proposer.py:511-770.
 */
function draftSeconds(f: StepFeatures, k: Coefficients, batch: number): number {
  if (f.mtpTokens === 0) return 0;
  const bandwidth = effectiveBandwidth(f, k);
  const experts =
    (f.expertWeightBytes * touchedExperts(f, k, batch * f.dataParallel)) / f.layers / bandwidth.experts;
  const layer = f.denseWeightBytes / f.layers / bandwidth.dense + experts;
  const kernels = 3 * (k.attentionLayerMicros + (f.moeLayers > 0 ? k.moeLayerMicros : 0)) * MICRO;
  const pass = f.headWeightBytes / bandwidth.dense + kernels + DRAFT_PASS_SECONDS;
  return f.mtpTokens * pass + (f.mtpTokens - 1) * layer;
}

export interface PrefillInput {
  /** Prompt tokens to compute; those found in the prefix cache are context. */
  readonly inputTokens: number;
  /** Prompt tokens already in the KV cache. */
  readonly cachedTokens?: number;
  readonly maxNumBatchedTokens: number;
  /** Sequences decoding meanwhile. */
  readonly decodeBatch: number;
  /** Prompts that share one step's token budget, at least 1. */
  readonly share: number;
}

/**
 * Extra engine time of one prefill inside mixed steps (chunked prefill). performance-model.md 2.3.
 * With an idle engine there is no decode step to hide behind, so the whole time counts.
 */
export function prefillSeconds(f: StepFeatures, k: Coefficients, input: PrefillInput): number {
  const { inputTokens, cachedTokens = 0, maxNumBatchedTokens, decodeBatch, share } = input;
  const chunk = Math.min(inputTokens * share, maxNumBatchedTokens);
  const steps = inputTokens / chunk;
  const decodeTokens = decodeBatch * (1 + f.mtpTokens);
  const mixed = hypot(
    weightReadSeconds(f, k, (chunk + decodeTokens) * f.dataParallel),
    computeSeconds(f, k, decodeTokens + chunk),
  );
  const alone =
    decodeBatch <= IDLE_BATCH
      ? 0
      : hypot(weightReadSeconds(f, k, decodeTokens * f.dataParallel), computeSeconds(f, k, decodeTokens));
  return (
    (steps * (mixed - alone + mixedStepOverhead(f, k)) + perPromptSeconds(f, k, inputTokens, cachedTokens)) *
    (k.prefillFactor ?? 1)
  );
}

/** Of every step with prompt tokens. */
export const mixedStepOverhead = (f: StepFeatures, k: Coefficients): number =>
  k.mixedStepLayerMicros * MICRO * f.layers;

/** What a prompt costs however it is cut: attention over its context, GDN layers, communication. */
export function perPromptSeconds(
  f: StepFeatures,
  k: Coefficients,
  inputTokens: number,
  cachedTokens: number,
): number {
  const attention = (f.attentionFlop * inputTokens * (cachedTokens + inputTokens / 2)) / bf16Rate(f, k);
  const gdn =
    (inputTokens * f.gdnHeadLayers * k.gdnPrefillMicros * MICRO * (1e15 / f.peakFlops.bf16)) /
    k.computeFactor[f.gpuClass];
  return (
    attention + gdn + communicationSeconds(f, k, inputTokens, 0) + inputTokens * (f.adapterTokenSeconds ?? 0)
  );
}

/** Images of a prompt, all alike. */
export interface Images {
  readonly count: number;
  /** Prompt tokens of each. */
  readonly tokens: number;
}

/**
 * The vision tower's time for a prompt. An image is encoded whole, in the step that reaches its first token, and never
 * again (vLLM 0.33.0 v1/core/sched/scheduler.py:2018-2190); the time comes on top of that step.
 */
export function visionSeconds(f: StepFeatures, k: Coefficients, images: Images | undefined): number {
  if (images === undefined) return 0;
  const { count, tokens } = images;
  return (count * (tokens * f.visionFlop + tokens * tokens * f.visionPairFlop)) / bf16Rate(f, k);
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
  // An idle engine has no weight reads to share: those that decodeStep counts for no sequence are the chunk's own.
  const alone = decodeBatch > 0 ? decode.total : decode.total - hypot(decode.weights, decode.compute);
  const chunk = prefillSeconds(f, k, {
    inputTokens: prefillTokens,
    cachedTokens: prefillContextTokens,
    maxNumBatchedTokens: prefillTokens,
    decodeBatch,
    share: 1,
  });
  return alone + chunk;
}

/** Time of a request outside the engine, all of it before the first token: HTTP, tokenisation, scheduling. */
export const requestOverheadSeconds = (k: Coefficients, inputTokens: number): number =>
  (k.requestMillis * MILLI + k.promptTokenMicros * MICRO * inputTokens) * (k.requestFactor ?? 1);

/** Tokens accepted per step: 1 without MTP, else the geometric sum over draft tokens. */
export function acceptedTokens(mtpTokens: number, acceptance: number): number {
  if (mtpTokens === 0) return 1;
  return acceptance === 1 ? mtpTokens + 1 : (1 - acceptance ** (mtpTokens + 1)) / (1 - acceptance);
}
