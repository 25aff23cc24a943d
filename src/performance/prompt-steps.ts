import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { lognormalNodes } from './queueing';
import type { Load } from './steady-state';
import { bf16Rate } from './step';
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
}

/**
 * Chunked prefill cuts prompts at the token budget. Prefix caching of hybrid models (cache mode "align") cuts at whole
 * blocks, and once more at the last block boundary, where the GDN state is kept, unless the kernels save it from within
 * (FlashInfer). vLLM 0.33.0 v1/core/sched/scheduler.py:546-662, replayed in src/simulation/prefill-chunk.ts.
 */
export function promptCut(load: Load, tokens: number): PromptCut {
  const { maxNumBatchedTokens: budget, blockTokens = 0, checkpointsWithin = false } = load;
  if (blockTokens === 0)
    return {
      steps: Math.ceil(tokens / budget),
      promptsPerStep: budget / tokens,
      fullStepTokens: budget,
      firstShare: 1,
    };
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
  };
}

/** The prompts of a load: engine time and steps, means over their lengths. */
export interface PromptWork {
  readonly steps: number;
  readonly firstShare: number;
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

export function promptWork(f: StepFeatures, k: Coefficients, load: Load): PromptWork {
  const { inputTokens, cachedTokens = 0, maxNumBatchedTokens } = load;
  const visionSeconds = ((load.visionTokens ?? 0) * f.visionFlop) / bf16Rate(f, k);
  const mean = Math.max(1, inputTokens - cachedTokens);
  /** Prompts that are cut in equal parts share each of their steps. */
  const curveOf = (tokens: number, steps: number): ((decodeBatch: number, prompts: number) => number) => {
    const seconds = prefillCurve(f, k, tokens, cachedTokens);
    const part = Math.ceil(tokens / steps);
    return (decodeBatch, prompts) =>
      seconds(decodeBatch, Math.min(part * prompts, maxNumBatchedTokens, tokens * prompts)) + visionSeconds;
  };
  const meanCut = promptCut(load, mean);
  let first = 0;
  let second = 0;
  let steps = 0;
  let firstShare = 0;
  let offered = 0;
  let wanted = 0;
  let perStep = 0;
  for (const { value, weight } of lognormalNodes(inputTokens, load.inputVariation ?? 0)) {
    const tokens = Math.max(1, value - cachedTokens);
    const cut = promptCut(load, tokens);
    const seconds = curveOf(tokens, cut.steps)(PROBE_BATCH, 1);
    first += weight * seconds;
    second += weight * seconds * seconds;
    steps += weight * cut.steps;
    firstShare += weight * cut.firstShare;
    offered += weight * cut.steps * cut.fullStepTokens;
    wanted += weight * tokens;
    perStep += (weight * seconds) / cut.promptsPerStep;
  }
  const ofMean = curveOf(mean, meanCut.steps);
  const overMean = first / ofMean(PROBE_BATCH, 1);
  return {
    steps,
    firstShare,
    promptsPerStep: first / perStep,
    fullSteps: mean / meanCut.fullStepTokens,
    leftover: Math.max(0, offered / wanted - 1),
    variation: Math.max(0, second / (first * first) - 1),
    seconds: (decodeBatch, prompts) => ofMean(decodeBatch, prompts) * overMean,
  };
}
