import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { cachedNodes, meanCachedTokens } from './history';
import { bf16Rate } from './rates';
import type { Load } from './steady-state';
import { prefillCurve } from './step-curves';

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
}

/**
 * Chunked prefill cuts prompts at the token budget. Prefix caching of hybrid models (cache mode "align") cuts at whole
 * blocks, and once more at the last block boundary, where the GDN state is kept, unless the kernels save it from within
 * (FlashInfer). vLLM 0.33.0 v1/core/sched/scheduler.py:546-662, replayed in src/simulation/prefill-chunk.ts.
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
    };
  }
  const fullStepTokens = blockTokens <= budget ? Math.floor(budget / blockTokens) * blockTokens : budget;
  const boundary = Math.floor((tokens - 1) / blockTokens) * blockTokens;
  const whole = Math.max(0, Math.ceil((tokens - budget) / fullStepTokens));
  const lastStart = whole * fullStepTokens;
  const savedWithin = checkpointsWithin && lastStart + blockTokens <= boundary;
  const cut = boundary > lastStart && !savedWithin;
  return {
    steps: whole + (cut ? 2 : 1),
    // A prompt that no longer fits waits for the next step: only whole ones share a budget.
    promptsPerStep: tokens <= budget ? Math.floor(budget / tokens) : fullStepTokens / tokens,
    fullStepTokens,
    firstShare: cut && tokens <= budget ? boundary / tokens : 1,
    beforeLast: (cut ? boundary : lastStart) / tokens,
  };
}

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
  /** Budget that a prompt leaves to others in its steps, relative to the prompt. */
  readonly leftover: number;
  /** Squared coefficient of variation of a prompt's engine time. */
  readonly variation: number;
  /** Extra engine time of so many prompts that share a step of `decodeBatch` sequences, seconds each. */
  readonly seconds: (decodeBatch: number, prompts: number) => number;
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

/** The prompts of a load, by what decoding leaves of a step's budget. */
export function promptWork(
  f: StepFeatures,
  k: Coefficients,
  load: Load,
): (decode: DecodeTokens) => PromptWork {
  const { inputTokens, maxNumBatchedTokens } = load;
  const visionSeconds = ((load.visionTokens ?? 0) * f.visionFlop) / bf16Rate(f, k);
  const costOf = (tokens: number, cachedTokens: number) => ({
    tokens,
    /** Prompts that are cut in equal parts share each of their steps. */
    seconds: prefillCurve(f, k, tokens, cachedTokens),
  });
  const nodes = cachedNodes(load).map(({ weight, tokens, cachedTokens }) => ({
    weight,
    ...costOf(Math.max(1, tokens - cachedTokens), cachedTokens),
  }));
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
      steps: number,
      batch: number,
      prompts: number,
    ) =>
      seconds(batch, Math.min(Math.ceil(tokens / steps) * prompts, budget, tokens * prompts)) + visionSeconds;
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
    for (const node of nodes) {
      const { weight, tokens } = node;
      const seconds = secondsOf(node, promptCut(load, tokens, budget).steps, PROBE_BATCH, 1);
      first += weight * seconds;
      second += weight * seconds * seconds;
      wanted += weight * tokens;
      for (const part of spread) {
        const cut = promptCut(load, tokens, part.budget);
        const both = weight * part.weight;
        steps += both * cut.steps;
        cutAway += both * (1 - cut.firstShare);
        lastShare += both * (cut.firstShare < 1 ? 1 - cut.firstShare : 1);
        beforeLast += both * cut.beforeLast;
        offered += both * cut.steps * cut.fullStepTokens;
        perStep += (both * seconds) / cut.promptsPerStep;
      }
    }
    let meanSteps = 0;
    for (const part of spread) meanSteps += part.weight * promptCut(load, mean.tokens, part.budget).steps;
    const overMean = first / secondsOf(mean, meanCut.steps, PROBE_BATCH, 1);
    return {
      steps,
      firstShare: 1 - cutAway,
      lastShare,
      beforeLast,
      leastSteps,
      meanSteps,
      promptsPerStep: first / perStep,
      fullSteps: mean.tokens / meanCut.fullStepTokens,
      leftover: Math.max(0, offered / wanted - 1),
      variation: Math.max(0, second / (first * first) - 1),
      seconds: (decodeBatch, prompts) => secondsOf(mean, meanCut.steps, decodeBatch, prompts) * overMean,
    };
  };
}
