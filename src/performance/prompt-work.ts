import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { cachedNodes, type LengthPoints, meanCachedTokens } from './history';
import type { Load } from './load';
import { roomsInLine } from './packed-prompts';
import { type PromptKind, promptKinds } from './prompt-kinds';
import { type PromptCut, promptCut } from './prompt-steps';
import { visionSeconds } from './step';
import { type PrefillCurve, prefillCurves } from './step-curves';

/** The prompts of a load: engine time and steps, means over their lengths. */
export interface PromptWork {
  readonly steps: number;
  readonly firstShare: number;
  /** Share of a prompt in its last step, when it fits the budget. */
  readonly lastShare: number;
  /** Share of a prompt that is computed before its last step. */
  readonly beforeLast: number;
  /** Steps of a prompt of mean length when nothing decodes, and with the budget that decoding leaves. */
  readonly leastSteps: number;
  readonly meanSteps: number;
  /** Prompts that one step holds, each weighted by its engine time. */
  readonly promptsPerStep: number;
  /** Full steps of a prompt, in fractions: what it costs in steps when others fill up its last one. */
  readonly fullSteps: number;
  /** Steps, in fractions, that a prompt takes from those behind it. */
  readonly turnSteps: number;
  /** Prompts of others that a prompt's steps have room for beside its own chunks, in whole blocks. */
  readonly room: number;
  /** Room in the last step of the n-th prompt of a line, relative to a prompt, where blocks cut prompts of one length. */
  readonly roomInLine: ((count: number) => readonly number[]) | null;
  /** What its steps hold beyond the prompt when each of them is full, relative to the prompt. */
  readonly leftover: number;
  /** Squared coefficient of variation of a prompt's engine time. */
  readonly variation: number;
  /** The same of what a prompt adds to a step that holds others: that of a short one is not mostly the experts it first touches. */
  readonly sharedVariation: number;
  /** Prompts that find their conversation and those that do not. */
  readonly kinds: () => readonly PromptKind[];
  /** Extra engine time of so many prompts that share a step of `decodeBatch` sequences, seconds each. */
  readonly seconds: (decodeBatch: number, prompts: number) => number;
  /** The same of one whose steps are full, because others begin in what it leaves. */
  readonly packedSeconds: (decodeBatch: number) => number;
  /** What is left of that of a prompt of which a share was computed in the last step of another. */
  readonly restSeconds: (decodeBatch: number, done: number) => number;
}

/** Lengths whose cost is looked at with one sequence decoding: its spread hardly depends on how many do. */
const PROBE_BATCH = 1;
/** Prompts in such a step. */
const CROWD = 2;
/** Three points of a normal variable. */
const SPREAD = [
  { z: -Math.sqrt(3), weight: 1 / 6 },
  { z: 0, weight: 2 / 3 },
  { z: Math.sqrt(3), weight: 1 / 6 },
] as const;

/** What sequences that decode take of each step's budget, tokens: mean and standard deviation. */
export interface DecodeTokens {
  readonly mean: number;
  readonly deviation: number;
}

/** Prompts of one length: tokens to compute, and their engine time. */
interface Prompt {
  readonly tokens: number;
  readonly seconds: PrefillCurve;
}

/** What a step's budget may be, by how many sequences decode. */
type Budgets = readonly { readonly weight: number; readonly budget: number }[];

/** Prompts by the tokens that are left to compute. */
const lengthsOf = (load: Load, points: LengthPoints) =>
  cachedNodes(load, points).map(({ weight, tokens, cachedTokens }) => ({
    weight,
    tokens: Math.max(1, tokens - cachedTokens),
    cachedTokens,
  }));

/**
 * The prompts of a load, by what decoding leaves of a step's budget.
 * @param cuts lengths that steps are counted for: where blocks cut prompts, a little longer may be a step more, which
 * quantiles see best and cost a fifth more time
 */
export function promptWork(
  f: StepFeatures,
  k: Coefficients,
  load: Load,
  cuts: LengthPoints = 'nodes',
): (decode: DecodeTokens) => PromptWork {
  const { inputTokens, maxNumBatchedTokens, blockTokens = 0, checkpointsWithin = false } = load;
  const rules = { maxNumBatchedTokens, blockTokens, internalCheckpoints: checkpointsWithin };
  const encoding = visionSeconds(f, k, load.images);
  const prefill = prefillCurves(f, k);
  const nodes = lengthsOf(load, 'nodes').map(({ weight, tokens, cachedTokens }) => ({
    weight,
    tokens,
    found: cachedTokens > (load.cachedTokens ?? 0),
    seconds: prefill(tokens, cachedTokens),
  }));
  const finer = cuts === 'nodes' ? null : lengthsOf(load, cuts);
  const meanCached = load.history === undefined ? (load.cachedTokens ?? 0) : meanCachedTokens(load);
  const meanTokens = Math.max(1, inputTokens - meanCached);
  const mean: Prompt = { tokens: meanTokens, seconds: prefill(meanTokens, meanCached) };
  const leastSteps = promptCut(load, mean.tokens).steps;

  return (decode) => {
    const { budget, budgets } = budgetsBeside(decode, maxNumBatchedTokens);
    const secondsOf = (prompt: Prompt, cut: PromptCut, batch: number, prompts: number): number =>
      secondsOfEach(prompt, cut, batch, prompts, budget) + encoding;
    const meanCut = promptCut(load, mean.tokens, budget);
    let first = 0;
    let second = 0;
    let perStep = 0;
    let among = 0;
    let amongSquare = 0;
    const crowd = Math.min(budget, CROWD * mean.tokens);
    const sums = new CutSums();
    const costs: { weight: number; seconds: number; found: boolean }[] = [];
    for (const node of nodes) {
      const { weight, tokens, found } = node;
      const seconds = secondsOf(node, promptCut(load, tokens, budget), PROBE_BATCH, 1);
      costs.push({ weight, seconds, found });
      first += weight * seconds;
      second += weight * seconds * seconds;
      const shared = node.seconds(PROBE_BATCH, Math.max(crowd, Math.min(tokens, budget))) + encoding;
      among += weight * shared;
      amongSquare += weight * shared * shared;
      for (const part of budgets) {
        const cut = promptCut(load, tokens, part.budget);
        const both = weight * part.weight;
        perStep += (both * seconds) / cut.promptsPerStep;
        if (finer === null) sums.add(both, tokens, cut);
      }
    }
    for (const { weight, tokens } of finer ?? [])
      for (const part of budgets)
        sums.add(weight * part.weight, tokens, promptCut(load, tokens, part.budget));
    let meanSteps = 0;
    for (const part of budgets) meanSteps += part.weight * promptCut(load, mean.tokens, part.budget).steps;
    let rooms: readonly number[] | undefined;
    const overMean = first / secondsOf(mean, meanCut, PROBE_BATCH, 1);
    return {
      steps: sums.steps,
      firstShare: 1 - sums.cutAway,
      lastShare: sums.lastShare,
      beforeLast: sums.beforeLast,
      leastSteps,
      meanSteps,
      promptsPerStep: first / perStep,
      fullSteps: mean.tokens / meanCut.fullStepTokens,
      turnSteps: sums.turnSteps,
      room: sums.roomTokens / sums.promptTokens,
      roomInLine:
        nodes.length === 1 && blockTokens > 0
          ? (count) => (rooms ??= roomsInLine(mean.tokens, budget, rules, count))
          : null,
      leftover: Math.max(0, sums.offeredTokens / sums.promptTokens - 1),
      variation: Math.max(0, second / (first * first) - 1),
      sharedVariation: Math.max(0, amongSquare / (among * among) - 1),
      kinds: () => promptKinds(costs),
      seconds: (decodeBatch, prompts) => secondsOf(mean, meanCut, decodeBatch, prompts) * overMean,
      packedSeconds: (decodeBatch) =>
        mean.seconds(decodeBatch, Math.min(meanCut.fullStepTokens, mean.tokens)) * overMean,
      restSeconds: (decodeBatch, done) => {
        const rest = Math.max(1, mean.tokens * (1 - done));
        const inStep = Math.max(1, Math.ceil(rest / Math.ceil(rest / budget)));
        return (1 - done) * mean.seconds(decodeBatch, inStep) * overMean;
      },
    };
  };
}

/** What decoding leaves of a step's budget: beside the mean number of sequences, and beside fewer and more. */
function budgetsBeside(
  decode: DecodeTokens,
  maxNumBatchedTokens: number,
): { readonly budget: number; readonly budgets: Budgets } {
  const budgetAt = (z: number): number =>
    Math.max(1, Math.round(maxNumBatchedTokens - Math.max(0, decode.mean + z * decode.deviation)));
  const budget = budgetAt(0);
  return {
    budget,
    budgets:
      decode.deviation > 0
        ? SPREAD.map(({ z, weight }) => ({ weight, budget: budgetAt(z) }))
        : [{ weight: 1, budget }],
  };
}

/** Engine time of each of so many prompts that share their steps, seconds; parts that are equal share each step alike. */
function secondsOfEach(
  { tokens, seconds }: Prompt,
  { steps, beforeLast, cutAtBlock }: PromptCut,
  batch: number,
  prompts: number,
  budget: number,
): number {
  const most = Math.min(budget, tokens * prompts);
  if (!cutAtBlock) return seconds(batch, tokensShared(tokens / steps, prompts, most));
  const before = seconds(batch, tokensShared((beforeLast * tokens) / (steps - 1), prompts, most));
  const last = seconds(batch, tokensShared((1 - beforeLast) * tokens, prompts, most));
  return beforeLast * before + (1 - beforeLast) * last;
}

/** Tokens of a step that so many prompts share, by the part of one. */
const tokensShared = (part: number, prompts: number, most: number): number =>
  Math.min(Math.ceil(part) * prompts, most);

/** What cuts add up to, over prompts and budgets by their weights; a share is of a prompt. */
class CutSums {
  steps = 0;
  cutAway = 0;
  lastShare = 0;
  beforeLast = 0;
  turnSteps = 0;
  roomTokens = 0;
  offeredTokens = 0;
  promptTokens = 0;

  add(weight: number, tokens: number, cut: PromptCut): void {
    this.steps += weight * cut.steps;
    this.cutAway += weight * (1 - cut.firstShare);
    this.lastShare += weight * (cut.firstShare < 1 ? 1 - cut.firstShare : 1);
    this.beforeLast += weight * cut.beforeLast;
    this.turnSteps += weight * cut.turnSteps;
    this.roomTokens += weight * cut.roomTokens;
    this.offeredTokens += weight * cut.steps * cut.fullStepTokens;
    this.promptTokens += weight * tokens;
  }
}
