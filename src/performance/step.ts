import type { Coefficients } from './coefficients';
import { communicationSeconds } from './communication';
import type { StepFeatures } from './features';
import { bf16Rate, computeSeconds, effectiveBandwidth, touchedExperts, weightReadSeconds } from './rates';

const MICRO = 1e-6;
const MILLI = 1e-3;
/** gpt-oss, in the calibration data, caps half its layers at this many tokens. */
const SLIDING_WINDOW_TOKENS = 128;
const DRAFT_PASS_SECONDS = 100 * MICRO;
/** Below this batch an engine is idle: nothing to share a step with. */
export const IDLE_BATCH = 1e-5;

const hypot = (x: number, y: number): number => Math.sqrt(x * x + y * y);

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

/** What of a decode step does not depend on its context. */
export interface BatchTerms extends Omit<StepTerms, 'kv' | 'total'> {
  /** What of it a prompt in the same step finds done: weights read, tokens computed; 0 beside an idle engine. */
  readonly sharedWithPrompt: number;
}

/** Passes of the draft layer after the first. */
const furtherPasses = (f: StepFeatures): number => Math.max(0, f.mtpTokens - 1);

/** The terms of a decode step for `batch` sequences that are the same at any context. performance-model.md 2.2. */
export function batchTerms(f: StepFeatures, k: Coefficients, batch: number): BatchTerms {
  const factor = k.decodeFactor ?? 1;
  const tokens = batch * (1 + f.mtpTokens);
  const read = weightReadSeconds(f, k, tokens * f.dataParallel);
  const computed = computeSeconds(f, k, tokens);
  const compute = factor * (computed + (tokens * f.headFlop) / bf16Rate(f, k));
  const { raw } = effectiveBandwidth(f, k);
  const state = (factor * (batch * f.stateBytesPerSequence)) / (raw * k.stateEfficiency);
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
      (furtherPasses(f) / f.layers) * communicationSeconds(f, k, batch, 1));
  const draft = factor * draftSeconds(f, k, batch);
  const sharedWithPrompt = batch <= IDLE_BATCH ? 0 : hypot(read, computed);
  return { weights: factor * read, compute, state, overhead, communication, draft, sharedWithPrompt };
}

/** Seconds to read the KV cache of `batch` sequences at mean context `contextTokens`. */
function kvSeconds(f: StepFeatures, k: Coefficients, batch: number, contextTokens: number): number {
  const kvBytes =
    contextTokens * f.kvBytesPerToken * (1 + furtherPasses(f) / f.attentionLayers) +
    Math.min(contextTokens, SLIDING_WINDOW_TOKENS) * f.slidingKvBytesPerToken;
  const { raw } = effectiveBandwidth(f, k);
  return ((k.decodeFactor ?? 1) * (batch * kvBytes)) / (raw * k.kvReadEfficiency);
}

const totalSeconds = (t: BatchTerms, kv: number): number =>
  hypot(t.weights, t.compute) + kv + t.state + t.overhead + t.communication + t.draft;

/** One decode step for `batch` sequences at mean context `contextTokens`. */
export function decodeStep(
  f: StepFeatures,
  k: Coefficients,
  batch: number,
  contextTokens: number,
): StepTerms {
  const terms = batchTerms(f, k, batch);
  const { weights, compute, state, overhead, communication, draft } = terms;
  const kv = kvSeconds(f, k, batch, contextTokens);
  return {
    weights,
    compute,
    kv,
    state,
    overhead,
    communication,
    draft,
    total: totalSeconds(terms, kv),
  };
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
 * @param alone what decoding does without the prompt, where it is known
 */
export function prefillSeconds(
  f: StepFeatures,
  k: Coefficients,
  input: PrefillInput,
  alone = batchTerms(f, k, input.decodeBatch).sharedWithPrompt,
): number {
  const { inputTokens, cachedTokens = 0, maxNumBatchedTokens, decodeBatch, share } = input;
  const chunk = Math.min(inputTokens * share, maxNumBatchedTokens);
  const steps = inputTokens / chunk;
  const decodeTokens = decodeBatch * (1 + f.mtpTokens);
  const mixed = hypot(
    weightReadSeconds(f, k, (chunk + decodeTokens) * f.dataParallel),
    computeSeconds(f, k, decodeTokens + chunk),
  );
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
 * @param terms of that batch, where they are known
 */
export function mixedStepSeconds(
  f: StepFeatures,
  k: Coefficients,
  step: MixedStep,
  terms = batchTerms(f, k, step.decodeBatch),
): number {
  const { decodeBatch, decodeContextTokens, prefillTokens, prefillContextTokens } = step;
  const decode = totalSeconds(terms, kvSeconds(f, k, decodeBatch, decodeContextTokens));
  if (prefillTokens <= 0) return decode;
  // An idle engine has no weight reads to share: those that decodeStep counts for no sequence are the chunk's own.
  const alone = decodeBatch > 0 ? decode : decode - hypot(terms.weights, terms.compute);
  const chunk = {
    inputTokens: prefillTokens,
    cachedTokens: prefillContextTokens,
    maxNumBatchedTokens: prefillTokens,
    decodeBatch,
    share: 1,
  };
  return alone + prefillSeconds(f, k, chunk, terms.sharedWithPrompt);
}

/** Time of a request outside the engine, all of it before the first token: HTTP, tokenisation, scheduling. */
export const requestOverheadSeconds = (k: Coefficients, inputTokens: number): number =>
  (k.requestMillis * MILLI + k.promptTokenMicros * MICRO * inputTokens) * (k.requestFactor ?? 1);

/** Tokens accepted per step: 1 without MTP, else the geometric sum over draft tokens. */
export function acceptedTokens(mtpTokens: number, acceptance: number): number {
  if (mtpTokens === 0) return 1;
  return acceptance === 1 ? mtpTokens + 1 : (1 - acceptance ** (mtpTokens + 1)) / (1 - acceptance);
}
