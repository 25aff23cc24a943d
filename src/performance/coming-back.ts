import { type Passage, passage, promptsOfSteps, type StepLength } from './passing-steps';
import { lognormalNodes, type lognormalQuantiles, lognormalThree, type WeightedValue } from './queueing';

/** Clients of a closed loop, as one of them that is outside the engine (front end) sees them. */
export interface Loop {
  /** Clients besides that one. */
  readonly others: number;
  /** Seconds outside: those of a mean prompt, and of any; 0 where requests wait for a sequence anyway. */
  readonly outside: number;
  readonly outsideOf: (inputTokens: number) => number;
  readonly inputTokens: number;
  readonly inputVariation: number;
  readonly outputVariation: number;
  /** Seconds of a step of so many sequences. */
  readonly stepOf: (batch: number) => number;
}

/** Points of a log-normal by its mean and squared coefficient of variation. */
export type PointsOf = typeof lognormalQuantiles;

/** Nothing decodes beside. */
export const NOBODY = 1e-3;
/** Weights below this are left out. */
const RARELY = 1e-4;
/** Parts of a step about a time. */
const ANY_PHASE = [-0.375, -0.125, 0.125, 0.375] as const;

/** Steps that begin within some seconds, the first of them at once. */
const wholeSteps = (seconds: number, step: number): number => Math.ceil(seconds / step - 1e-9);

/**
 * What one who comes back meets where a step holds the prompts of all who do.
 * @param ends sequences of others that end in a step
 * @param batch of the others that decode
 * @param prompt seconds that the first prompt of a step takes, and each further one
 */
export function comingBack(
  loop: Loop,
  ends: number,
  batch: number,
  prompt: { readonly first: number; readonly further: number },
  pointsOf: PointsOf,
): Passage {
  const sum = { rest: 0, steps: 0, otherEnds: 0 };
  const { others, outside, inputVariation, stepOf } = loop;
  if (outside === 0 || others === 0) return sum;
  const promptsOf = (count: number): readonly StepLength[] => {
    const mean = prompt.first + (count - 1) * prompt.further;
    if (count > 1 || inputVariation === 0) return [{ seconds: mean, share: 1 }];
    return lognormalThree(mean, inputVariation).map(({ value, weight }) => ({
      seconds: value,
      share: weight,
    }));
  };
  const lengths = promptsOfSteps(ends, outside, stepOf(Math.max(batch, NOBODY)), promptsOf);
  // Whoever was outside when one ended comes back before him, with a prompt: in steps without one all others decode, but
  // for those who have ended since.
  const full = stepOf(others);
  const less = stepOf(Math.max(others - 0.5, NOBODY));
  // At any time of a step it hardly matters how long it is.
  const alike = inputVariation === 0 && loop.outputVariation === 0;
  for (const { value: seconds, weight } of timesOutside(loop, pointsOf, full)) {
    const allStay = alike ? 1 : Math.exp(-ends * (wholeSteps(seconds, full) - 1));
    for (const [step, often] of [
      [full, allStay],
      [less, 1 - allStay],
    ] as const) {
      if (often < RARELY) continue;
      const p = passage(lengths, seconds, step);
      sum.rest += often * weight * p.rest;
      sum.steps += often * weight * p.steps;
      sum.otherEnds += often * weight * p.otherEnds;
    }
  }
  return sum;
}

/** Lengths that are all alike say nothing of how clients have lost step: they come back at any time of a step. */
function timesOutside(loop: Loop, pointsOf: PointsOf, step: number): readonly WeightedValue[] {
  const { outside, outsideOf, inputTokens, inputVariation, outputVariation } = loop;
  if (inputVariation > 0)
    return pointsOf(inputTokens, inputVariation).map(({ value, weight }) => ({
      value: outsideOf(value),
      weight,
    }));
  if (outputVariation > 0) return [{ value: outside, weight: 1 }];
  return ANY_PHASE.map((phase) => ({
    value: Math.max(outside + phase * step, 0),
    weight: 1 / ANY_PHASE.length,
  }));
}

/**
 * Where prompts are computed one by one: what is left of the step one comes back in, and how many have passed while nobody
 * computed a prompt. It ended with a step, so a known time outside is a known part of one: all others decode, or one of
 * them has ended meanwhile. Prompts of those who ended before move the steps after them; what is left of their own is
 * waited for with their turn (`one-by-one.ts`).
 */
export function restOfStep(
  loop: Loop,
  ends: number,
  step: number,
  prompt: number,
): { readonly rest: number; readonly steps: number } {
  const { others, outside, outsideOf, inputTokens, inputVariation, outputVariation, stepOf } = loop;
  if (outside === 0) return { rest: 0, steps: 0 };
  if (inputVariation === 0 && outputVariation === 0) return { rest: step / 2, steps: outside / step + 0.5 };
  const full = stepOf(Math.max(others, NOBODY));
  const oneLess = stepOf(Math.max(others - 0.5, NOBODY));
  let rest = 0;
  let steps = 0;
  for (const { value, weight } of lognormalNodes(inputTokens, inputVariation)) {
    const seconds = outsideOf(value);
    const begun = wholeSteps(seconds, full);
    const undisturbed = Math.exp(-ends * (begun - 1));
    const passed = undisturbed * begun + (1 - undisturbed) * wholeSteps(seconds, oneLess);
    const left =
      undisturbed * (begun * full - seconds) +
      (1 - undisturbed) * (wholeSteps(seconds, oneLess) * oneLess - seconds);
    const calm = Math.exp(-ends * passed);
    // Of the steps that the prompt may have been computed in, those early enough for it to be through.
    const through = Math.min(1, Math.max(0, Math.floor((seconds - prompt) / step) / begun));
    const moved = wholeSteps(Math.max(seconds - prompt, 0), step) * step + prompt - seconds;
    rest += weight * (left + (1 - calm) * through * (Math.max(moved, 0) - left));
    steps += weight * passed;
  }
  return { rest, steps };
}
