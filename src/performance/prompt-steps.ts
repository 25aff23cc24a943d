import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { cachedNodes, type LengthPoints, meanCachedTokens } from './history';
import type { Load } from './load';
import { roomsInLine } from './packed-prompts';
import { type PromptKind, promptKinds } from './prompt-kinds';
import { visionSeconds } from './step';
import { prefillCurves } from './step-curves';

/** How a prompt is cut into engine steps. */
export interface PromptCut {
  /** Steps of a prompt that has the engine's budget for itself. */
  readonly steps: number;
  /** Prompts of this length that one step holds; below 1 for a prompt of several budgets. */
  readonly promptsPerStep: number;
  /** Prompt tokens of a full step: the budget, or whole blocks of it. */
  readonly fullStepTokens: number;
  /** Share of the prompt in its first step, when it fits the budget and is cut at a block boundary. */
  readonly firstShare: number;
  /** Share of the prompt that is computed before its last step. */
  readonly beforeLast: number;
  /** The last step begins at the last block boundary: however little is left, it is a step. */
  readonly cutAtBlock: boolean;
  /** Steps, in fractions, that a prompt takes from those behind it: what its chunks leave is theirs, in whole blocks. */
  readonly turnSteps: number;
  /** Prompt tokens of others that its own steps have room for. */
  readonly roomTokens: number;
}

/**
 * Chunked prefill cuts prompts at the token budget. Prefix caching of hybrid models (cache mode "align") cuts at whole
 * blocks, and once more at the last block boundary, where the GDN state is kept, unless the kernels save it from within
 * (FlashInfer). vLLM 0.33.0 v1/core/sched/scheduler.py:546-662, replayed in src/vllm/prefill-chunk.ts.
 */
export function promptCut(load: Load, tokens: number, budget = load.maxNumBatchedTokens): PromptCut {
  const { blockTokens = 0, checkpointsWithin = false } = load;
  if (blockTokens === 0) {
    const steps = Math.ceil(tokens / budget);
    return {
      steps,
      promptsPerStep: budget / tokens,
      fullStepTokens: budget,
      firstShare: 1,
      beforeLast: ((steps - 1) * budget) / tokens,
      cutAtBlock: false,
      turnSteps: tokens / budget,
      roomTokens: steps * budget - tokens,
    };
  }
  const fullStepTokens = blockTokens <= budget ? Math.floor(budget / blockTokens) * blockTokens : budget;
  const boundary = Math.floor((tokens - 1) / blockTokens) * blockTokens;
  const whole = Math.max(0, Math.ceil((tokens - budget) / fullStepTokens));
  const lastStart = whole * fullStepTokens;
  const savedWithin = checkpointsWithin && lastStart + blockTokens <= boundary;
  const cut = boundary > lastStart && !savedWithin;
  // Others begin with whole blocks beside the chunk up to the boundary, and beside the last one.
  const unit = blockTokens <= budget ? blockTokens : 1;
  const lastBegin = cut ? boundary : lastStart;
  const roomTokens =
    wholeIn(budget - (tokens - lastBegin), unit) + (cut ? wholeIn(budget - (boundary - lastStart), unit) : 0);
  const steps = whole + (cut ? 2 : 1);
  // One that no longer fits begins with whole blocks; one of less than a block waits for the next step.
  const promptsPerStep = Math.max(
    Math.floor(budget / tokens),
    tokens > blockTokens ? fullStepTokens / tokens : 0,
  );
  return {
    steps,
    promptsPerStep,
    fullStepTokens,
    firstShare: cut && tokens <= budget ? boundary / tokens : 1,
    beforeLast: (cut ? boundary : lastStart) / tokens,
    cutAtBlock: cut,
    turnSteps: Math.max(
      tokens / budget,
      Math.min(steps - roomTokens / fullStepTokens, cut ? steps : 1 / promptsPerStep),
    ),
    roomTokens,
  };
}

/** Whole units in so many tokens, tokens. */
const wholeIn = (tokens: number, unit: number): number => Math.max(0, Math.floor(tokens / unit) * unit);

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
  /** Others that find room in a prompt's steps. */
  readonly room: number;
  /** Room in the last step of the n-th prompt of a line, relative to a prompt, where blocks cut prompts of one length. */
  readonly roomInLine: ((count: number) => readonly number[]) | null;
  /** Budget that a prompt leaves to others in its steps, relative to the prompt. */
  readonly leftover: number;
  /** Squared coefficient of variation of a prompt's engine time. */
  readonly variation: number;
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
  const rules = { maxNumBatchedTokens, internalCheckpoints: checkpointsWithin };
  const encoding = visionSeconds(f, k, load.images);
  const prefill = prefillCurves(f, k);
  const costOf = (tokens: number, cachedTokens: number) => ({
    tokens,
    /** Prompts that are cut in equal parts share each of their steps. */
    seconds: prefill(tokens, cachedTokens),
  });
  const nodes = lengthsOf(load, 'nodes').map(({ weight, tokens, cachedTokens }) => ({
    weight,
    found: cachedTokens > (load.cachedTokens ?? 0),
    ...costOf(tokens, cachedTokens),
  }));
  const finer = cuts === 'nodes' ? null : lengthsOf(load, cuts);
  const meanCached = load.history === undefined ? (load.cachedTokens ?? 0) : meanCachedTokens(load);
  const mean = costOf(Math.max(1, inputTokens - meanCached), meanCached);
  const leastSteps = promptCut(load, mean.tokens).steps;

  return (decode) => {
    const budgetAt = (z: number): number =>
      Math.max(1, Math.round(maxNumBatchedTokens - Math.max(0, decode.mean + z * decode.deviation)));
    const budget = budgetAt(0);
    const spread =
      decode.deviation > 0
        ? SPREAD.map(({ z, weight }) => ({ weight, budget: budgetAt(z) }))
        : [{ weight: 1, budget }];
    const secondsOf = (
      { tokens, seconds }: ReturnType<typeof costOf>,
      { steps, beforeLast, cutAtBlock }: PromptCut,
      batch: number,
      prompts: number,
    ): number => {
      /** Tokens of a step when so many prompts share it. */
      const shared = (part: number): number => Math.min(Math.ceil(part) * prompts, budget, tokens * prompts);
      if (!cutAtBlock) return seconds(batch, shared(tokens / steps)) + encoding;
      const before = seconds(batch, shared((beforeLast * tokens) / (steps - 1)));
      const last = seconds(batch, shared((1 - beforeLast) * tokens));
      return beforeLast * before + (1 - beforeLast) * last + encoding;
    };
    const meanCut = promptCut(load, mean.tokens, budget);
    let first = 0;
    let second = 0;
    let steps = 0;
    let cutAway = 0;
    let lastShare = 0;
    let beforeLast = 0;
    let offered = 0;
    let wanted = 0;
    let perStep = 0;
    let turnSteps = 0;
    let roomTokens = 0;
    const count = (weight: number, tokens: number, cut: PromptCut): void => {
      wanted += weight * tokens;
      steps += weight * cut.steps;
      cutAway += weight * (1 - cut.firstShare);
      lastShare += weight * (cut.firstShare < 1 ? 1 - cut.firstShare : 1);
      beforeLast += weight * cut.beforeLast;
      turnSteps += weight * cut.turnSteps;
      roomTokens += weight * cut.roomTokens;
      offered += weight * cut.steps * cut.fullStepTokens;
    };
    const costs: number[] = [];
    for (const node of nodes) {
      const { weight, tokens } = node;
      const seconds = secondsOf(node, promptCut(load, tokens, budget), PROBE_BATCH, 1);
      costs.push(seconds);
      first += weight * seconds;
      second += weight * seconds * seconds;
      for (const part of spread) {
        const cut = promptCut(load, tokens, part.budget);
        const both = weight * part.weight;
        perStep += (both * seconds) / cut.promptsPerStep;
        if (finer === null) count(both, tokens, cut);
      }
    }
    for (const { weight, tokens } of finer ?? [])
      for (const part of spread) count(weight * part.weight, tokens, promptCut(load, tokens, part.budget));
    let meanSteps = 0;
    for (const part of spread) meanSteps += part.weight * promptCut(load, mean.tokens, part.budget).steps;
    let rooms: readonly number[] | undefined;
    const overMean = first / secondsOf(mean, meanCut, PROBE_BATCH, 1);
    return {
      steps,
      firstShare: 1 - cutAway,
      lastShare,
      beforeLast,
      leastSteps,
      meanSteps,
      promptsPerStep: first / perStep,
      fullSteps: mean.tokens / meanCut.fullStepTokens,
      turnSteps,
      room: roomTokens / wanted,
      roomInLine:
        nodes.length === 1 && blockTokens > 0
          ? (count) => (rooms ??= roomsInLine(mean.tokens, budget, { ...rules, blockTokens }, count))
          : null,
      leftover: Math.max(0, offered / wanted - 1),
      variation: Math.max(0, second / (first * first) - 1),
      kinds: () => promptKinds(nodes.map(({ weight, found }, i) => ({ weight, found, seconds: costs[i]! }))),
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
