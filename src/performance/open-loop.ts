import type { Coefficients } from './coefficients';
import { ranksOf, type StepFeatures } from './features';
import { type OpenSteps, openSteps } from './open-steps';
import { expectedMin, lognormalNodes, MAX_PREFILL_SHARE, MAX_UTILISATION, waitForSlot } from './queueing';
import type { Load, SteadyState } from './steady-state';
import { requestOverheadSeconds } from './step';

/** The steady state under random arrivals, with what its percentiles are made of. */
export interface OpenState extends SteadyState {
  readonly steps: OpenSteps;
  readonly firstToken: FirstToken;
}

/** Where the time to the first token goes; seconds of one rank. */
export interface FirstToken {
  /** Arrivals per second. */
  readonly rate: number;
  /** Outside the engine; the part that grows with the prompt. */
  readonly frontSeconds: number;
  readonly frontTokenSeconds: number;
  /** A prompt's engine time and the decoding in its steps. */
  readonly ownSeconds: number;
  /** Of a prompt of two steps: how long further prompts come into its second, by their share there. */
  readonly laterSeconds: number;
  /** A prompt's time before its last step, and how many of those behind find room in its steps. */
  readonly beforeLastSeconds: number;
  readonly roomForOthers: number;
  /** One prompt's time at the head of the queue, decoding beside it included. */
  readonly serviceSeconds: number;
  readonly slotWaitSeconds: number;
  /** Share of time in which the engine runs, and in which prompts are at work. */
  readonly busy: number;
  readonly used: number;
}

/**
 * Random (Poisson) arrivals at one rank. docs/performance.md, "Random arrivals", tells where each part comes from:
 *
 * - **Decoding** is processor sharing: a sequence's steps hold it, the others, and those that the same long steps let
 *   in together. Their number is seen step by step, not in time: fewer are there in the many short steps.
 * - **Short prompts**: all that arrive in one step are computed in the next (gated service).
 * - **Long prompts**: one after the other, M/G/1 with the decode steps as part of the service.
 * - A sequence that starts to decode has behind it those who arrived while its own prompt was computed.
 */
export function openLoop(f: StepFeatures, k: Coefficients, load: Load, rate: number): OpenState {
  const { outputTokens, outputVariation = 0 } = load;
  const steps = openSteps(f, k, load, rate);
  const { work, plainStep, firstPrompt } = steps;

  // A prompt's turn: its own steps, or its share of those it has in common.
  const stepsInTurn =
    work.promptsPerStep >= 1
      ? work.steps / work.promptsPerStep
      : work.fullSteps + (load.blockTokens ? LOST_TO_BLOCKS : 0);
  const serviceSeconds = firstPrompt + plainStep * stepsInTurn;
  const used = Math.min(rate * serviceSeconds, MAX_UTILISATION);
  const busy = 1 - (1 - used) * Math.exp(-steps.batch);
  const ownSeconds = work.steps * plainStep + firstPrompt;
  const beforeLastSeconds = ((work.steps - 1) / work.steps) * firstPrompt;
  const roomForOthers = work.promptsPerStep > 1 ? work.promptsPerStep - 1 : work.leftover;

  const gated = gatedSeconds(steps, rate, busy);
  // One by one: M/G/1 with a decode step's rest, and those behind who fill up the prompt's own steps.
  const wait =
    (rate * serviceSeconds * serviceSeconds * (1 + work.variation)) / (2 * (1 - used)) +
    ((1 - used) * busy * plainStep) / 2;
  const filled = firstPrompt * expectedMin(rate * (wait + beforeLastSeconds), roomForOthers);
  const { oneByOne } = steps;
  const response = (1 - oneByOne) * gated.seconds + oneByOne * (wait + ownSeconds + filled);

  const holding = ownSeconds + steps.decodeSeconds;
  const slotWait = waitForSlot(load.maxBatch, rate * holding) * holding;
  const slotWaitSeconds = Number.isFinite(slotWait) ? slotWait : 0;
  const frontSeconds = requestOverheadSeconds(k, load.inputTokens);
  return {
    stable:
      rate * serviceSeconds < MAX_UTILISATION &&
      steps.prefillShare < MAX_PREFILL_SHARE &&
      Number.isFinite(slotWait),
    ttftSeconds: frontSeconds + response + slotWaitSeconds,
    tpotSeconds: meanTpot(steps, outputTokens, outputVariation),
    outputTokensPerSecond: rate * outputTokens * ranksOf(f),
    requestsPerSecond: rate * ranksOf(f),
    decodeBatch: steps.batch,
    stepSeconds: steps.taggedStep,
    prefillSeconds: firstPrompt,
    prefillShare: steps.prefillShare,
    utilisation: used,
    queueSeconds: (1 - oneByOne) * gated.waitSeconds + oneByOne * wait,
    blockedSeconds: slotWaitSeconds,
    acceptedTokens: steps.acceptedTokens,
    steps,
    firstToken: {
      rate,
      frontSeconds,
      frontTokenSeconds: frontSeconds - requestOverheadSeconds(k, 0),
      ownSeconds,
      laterSeconds: gated.laterSeconds,
      beforeLastSeconds,
      roomForOthers,
      serviceSeconds,
      slotWaitSeconds,
      busy,
      used,
    },
  };
}

/** Steps of a long prompt that whole blocks leave partly empty. */
const LOST_TO_BLOCKS = 0.5;

/** Gated: the rest of the step one arrives in, then one step, or two, with all that arrived in it. */
function gatedSeconds(s: OpenSteps, rate: number, busy: number) {
  const { firstShare: one, steps } = s.work;
  const two = 1 - one;
  const together = s.firstPrompt + s.furtherPrompt * rate * s.arrivalStep;
  const first = s.plainStep + one * together + two * rate * s.furtherPrompt * s.meanStep;
  const laterSeconds = two > 0 ? (steps - 1) * one * first : 0;
  const second =
    Math.min(steps - 1, 1) * s.plainStep + two * together + rate * s.furtherPrompt * laterSeconds;
  const waitSeconds = (s.arrivalStep / 2) * busy;
  return { seconds: waitSeconds + first + second, waitSeconds, laterSeconds };
}

/** Mean over requests: short outputs feel the queue behind their prompt more. */
function meanTpot(s: OpenSteps, outputTokens: number, outputVariation: number): number {
  if (outputTokens <= 1) return s.taggedStep;
  let tpot = 0;
  for (const { value, weight } of lognormalNodes(outputTokens - 1, outputVariation))
    tpot += (weight * s.decodeSecondsOf(s.decodeStepsOf(value + 1))) / value;
  return tpot;
}
