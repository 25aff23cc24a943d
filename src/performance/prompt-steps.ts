import type { Load } from './load';

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
