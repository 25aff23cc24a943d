import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { bf16Rate, computePerToken, paddedTokens, weightReadSeconds } from './rates';
import { decodeStep, IDLE_BATCH, mixedStepOverhead, perPromptSeconds } from './step';

/**
 * The step model of `step.ts` with all but the batch filled in, for loops that ask it again and again: the same sums,
 * with what does not depend on the batch done once. test/performance/step-curves.test.ts holds the two together.
 */

/** Batch at which the parts that grow with it are read off; all of them are linear in it or in the experts touched. */
const PROBE = 1024;

/** Share of the experts touched by so many tokens, as in `step.ts`. */
function touchedCurve(f: StepFeatures, k: Coefficients): (tokens: number) => number {
  if (f.experts === f.activeExperts) return () => 1;
  const spared = Math.log(1 - f.activeExperts / f.experts);
  return (tokens) => 1 - Math.exp(spared * Math.max(Math.min(tokens, 1), tokens * k.routingSpread));
}

/** Tensor-core seconds by the tokens of a rank and the share of experts they touch: `computeSeconds`. */
function computeCurve(f: StepFeatures, k: Coefficients): (tokens: number, touched: number) => number {
  const { dense, experts } = computePerToken(f, k);
  if (f.experts === f.activeExperts) return (tokens) => tokens * (dense + experts);
  return (tokens, touched) => tokens * dense + paddedTokens(f, k, tokens, touched) * experts;
}

/** Seconds of a decode step by batch, at one mean context: `decodeStep(...).total`. */
export function decodeCurve(
  f: StepFeatures,
  k: Coefficients,
  contextTokens: number,
): (batch: number) => number {
  const touched = touchedCurve(f, k);
  const tokens = (1 + f.mtpTokens) * f.dataParallel;
  const none = decodeStep(f, k, 0, contextTokens);
  const many = decodeStep(f, k, PROBE, contextTokens);
  const touchedMany = touched(PROBE * tokens);
  const expertWeights = f.experts === f.activeExperts ? 0 : (many.weights - none.weights) / touchedMany;
  // Further drafts pass one token of each sequence.
  const touchedByDrafts = (batch: number): number => touched(batch * f.dataParallel);
  const expertDraft = f.experts === f.activeExperts ? 0 : (many.draft - none.draft) / touchedByDrafts(PROBE);
  const perBatch = computeCurve(f, k);
  const factor = k.decodeFactor ?? 1;
  const head = (f.headFlop * (1 + f.mtpTokens)) / bf16Rate(f, k);
  const others = (t: typeof none): number => t.kv + t.state + t.overhead + t.communication;
  const base = others(none) + none.draft;
  const slope = (others(many) - others(none)) / PROBE;
  return (batch) => {
    const experts = touched(batch * tokens);
    const weights = none.weights + expertWeights * experts;
    const computed = factor * (perBatch(batch * (1 + f.mtpTokens), experts) + head * batch);
    const drafts = expertDraft === 0 ? 0 : expertDraft * touchedByDrafts(batch);
    return Math.sqrt(weights * weights + computed * computed) + base + drafts + slope * batch;
  };
}

/** Seconds that a prompt adds, by the batch beside it and the tokens of each of its steps: `prefillSeconds`. */
export type PrefillCurve = (decodeBatch: number, chunkTokens: number) => number;

/** The curve of each prompt, by the tokens it computes and those it finds in the prefix cache. */
export function prefillCurves(
  f: StepFeatures,
  k: Coefficients,
): (inputTokens: number, cachedTokens: number) => PrefillCurve {
  const touched = touchedCurve(f, k);
  const dense = f.experts === f.activeExperts ? weightReadSeconds(f, k, 1) : weightReadSeconds(f, k, 0);
  const experts =
    f.experts === f.activeExperts ? 0 : (weightReadSeconds(f, k, PROBE) - dense) / touched(PROBE);
  const computed = computeCurve(f, k);
  const overhead = mixedStepOverhead(f, k);
  const factor = k.prefillFactor ?? 1;
  const seconds = (tokens: number): number => {
    const share = touched(tokens * f.dataParallel);
    const weights = dense + experts * share;
    const compute = computed(tokens, share);
    return Math.sqrt(weights * weights + compute * compute);
  };
  return (inputTokens, cachedTokens) => {
    const always = perPromptSeconds(f, k, inputTokens, cachedTokens);
    return (decodeBatch, chunkTokens) => {
      const decoding = decodeBatch * (1 + f.mtpTokens);
      const alone = decodeBatch <= IDLE_BATCH ? 0 : seconds(decoding);
      return (
        ((inputTokens / chunkTokens) * (seconds(decoding + chunkTokens) - alone + overhead) + always) * factor
      );
    };
  };
}

/** The curve of prompts that are all alike. */
export const prefillCurve = (
  f: StepFeatures,
  k: Coefficients,
  inputTokens: number,
  cachedTokens: number,
): PrefillCurve => prefillCurves(f, k)(inputTokens, cachedTokens);
