import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import type { Load } from './load';
import { type PromptWork, promptWork } from './prompt-work';
import { type QueueBehind, queueBehind } from './queue-behind';
import { MAX_PREFILL_SHARE } from './queueing';
import { acceptedTokens } from './step';
import { decodeCurve } from './step-curves';

/** The steps of one rank under random arrivals; seconds and numbers, means over steps unless said otherwise. */
export interface OpenSteps {
  readonly work: PromptWork;
  /** 1: prompts are served one after the other; 0: all that wait share the next step. */
  readonly oneByOne: number;
  readonly acceptedTokens: number;
  /** Seconds of a decode step of so many sequences. */
  readonly stepOf: (batch: number) => number;
  /** Steps of a sequence's decoding; of one with so many output tokens. */
  readonly decodeSteps: number;
  readonly decodeStepsOf: (outputTokens: number) => number;
  /** Sequences that decode: in time, and step by step. */
  readonly batch: number;
  readonly stepBatch: number;
  /** A decode step, and one of those that a sequence takes part in, and of a sequence alone. */
  readonly plainStep: number;
  readonly taggedStep: number;
  readonly lightStep: number;
  /** How much longer one more sequence makes a step. */
  readonly perSequence: number;
  /** What the first prompt of a step adds, and each further one. */
  readonly firstPrompt: number;
  readonly furtherPrompt: number;
  /** All steps, and the step that an arrival falls into: long ones catch more. */
  readonly meanStep: number;
  readonly arrivalStep: number;
  /** Share of time that prompts take. */
  readonly prefillShare: number;
  /** Variance over mean of the arrivals seen step by step: long steps let in several. */
  readonly dispersion: number;
  /** Share of a decoding that these clusters stay together. */
  readonly together: number;
  readonly decodeSeconds: number;
  /** Seconds of so many decode steps, prompts of others beside them included; and where prompts share steps. */
  readonly decodeSecondsOf: (decodeSteps: number) => number;
  readonly sharedSecondsOf: (decodeSteps: number) => number;
  readonly queue: QueueBehind;
}

const ITERATIONS = 60;
const CONVERGED = 1e-4;
const GUESS_BATCH = 32;
const LEAST_BATCH = 1e-3;
/** An engine of so many sequences is as one without a limit. */
const LEAST_LIMIT = 128;
/** From so many prompts a step on, all that wait share the next step; at one, they come one by one. */
const SHARING_PROMPTS = 2;

/** The fixed point of batch and step length by the arrival rate (requests per second of this rank). */
export function openSteps(f: StepFeatures, k: Coefficients, load: Load): (rate: number) => OpenSteps {
  const { inputTokens, outputTokens, outputVariation = 0 } = load;
  const accepted = acceptedTokens(f.mtpTokens, k.mtpAcceptance);
  const decodeStepsOf = decodeStepsBy(accepted, outputVariation);
  const decodeSteps = decodeStepsOf(outputTokens);
  // Long outputs are seen more often: the mean context is weighted by length.
  const curve = decodeCurve(f, k, inputTokens + (outputTokens * (1 + outputVariation)) / 2);
  const step = (batch: number): number => curve(Math.max(batch, LEAST_BATCH));
  const lightStep = step(1);
  const workBeside = promptWork(f, k, load, 'quantiles');
  const aloneSeconds = workBeside({ mean: 0, deviation: 0 }).seconds(1, 1);
  const growth = (step(1 + GUESS_BATCH) - lightStep) / GUESS_BATCH;
  const known: Known = {
    load,
    step,
    workBeside,
    decodeTokens: 1 + f.mtpTokens,
    accepted,
    decodeSteps,
    decodeStepsOf,
    lightStep,
    // As if steps grew evenly with the batch.
    crowdingPerRate: aloneSeconds + decodeSteps * growth,
  };
  return (rate) => stepsAt(known, rate);
}

/**
 * Steps of a decoding by its output tokens, the first of which the prompt's last step brings. A last step counts whole,
 * however few of its tokens are wanted: half a step more where lengths vary and tokens come in fractions.
 */
function decodeStepsBy(accepted: number, outputVariation: number): (outputTokens: number) => number {
  if (outputVariation === 0) return (tokens) => Math.ceil((tokens - 1) / accepted - 1e-9);
  const beyond = Number.isInteger(accepted) ? (1 - 1 / accepted) / 2 : 0.5;
  return (tokens) => (tokens > 1 ? (tokens - 1) / accepted + beyond : 0);
}

/** What does not depend on the rate. */
interface Known extends Pick<OpenSteps, 'decodeSteps' | 'decodeStepsOf' | 'lightStep'> {
  readonly load: Load;
  readonly step: (batch: number) => number;
  readonly workBeside: ReturnType<typeof promptWork>;
  /** Of one sequence in one step. */
  readonly decodeTokens: number;
  readonly accepted: number;
  readonly crowdingPerRate: number;
}

function stepsAt(known: Known, rate: number): OpenSteps {
  const { step, workBeside, decodeTokens, accepted, decodeSteps, decodeStepsOf, lightStep } = known;
  // What a limit of few takes away is told from an engine without (few-slots.ts).
  const maxBatch = Math.max(known.load.maxBatch, LEAST_LIMIT);
  // A first guess.
  const crowding = rate * known.crowdingPerRate;
  const guess = Math.min((rate * decodeSteps * lightStep) / Math.max(1 - crowding, 0.1), maxBatch);
  // Sequences that decode come first in a step's budget.
  const work = workBeside({ mean: guess * decodeTokens, deviation: Math.sqrt(guess) * decodeTokens });
  const oneByOne = Math.min(1, Math.max(0, (SHARING_PROMPTS - work.promptsPerStep) / (SHARING_PROMPTS - 1)));
  let now = settle(guess, guess, null);
  for (let i = 0; i < ITERATIONS; i++) {
    const batch = Math.min(rate * now.decodeSeconds, maxBatch);
    const settled = Math.abs(batch - now.batch) < CONVERGED * (batch + LEAST_BATCH);
    now = settle(batch, (rate * decodeSteps * now.plainStep) / (1 - now.prefillShare), now.meanStep);
    if (settled) break;
  }
  const { seen, ...steps } = now;
  return {
    ...steps,
    work,
    stepOf: step,
    oneByOne,
    acceptedTokens: accepted,
    decodeSteps,
    decodeStepsOf,
    lightStep,
    perSequence: step(seen + 1) - step(seen),
  };

  /** All steps at a batch; `lastStep` is their mean length as known so far. */
  function settle(batch: number, stepBatch: number, lastStep: number | null) {
    const plainStep = step(stepBatch);
    const prompts = promptSteps(batch, plainStep, lastStep ?? plainStep);
    const { meanStep, arrivalStep, prefillShare } = prompts;

    // Who shares long steps with a sequence also decodes beside it: arrivals come in clusters (M/D/1's busy periods),
    // as far as these are shorter than a decoding.
    const calm = 1 - Math.min(prefillShare, 0.9);
    const window = decodeSteps * calm * calm * Math.min(1, work.promptsPerStep);
    const together = window > 0 ? 1 - (1 - Math.exp(-window)) / window : 0;
    const dispersion = 1 + (1 / (calm * calm) - 1) * together;
    // A sequence sees itself and those clusters; steps bend with the batch, so both sides of the mean count.
    const seen = stepBatch + dispersion;
    const spread = Math.min(Math.sqrt(stepBatch * dispersion), seen - 1);
    const taggedStep = (step(seen - spread) + step(seen + spread)) / 2;

    const queue = queueBehind(work, rate, taggedStep, prompts.firstPrompt, Math.max(batch, LEAST_BATCH));
    const sharedSecondsOf = (n: number): number =>
      (n * taggedStep) / (1 - prefillShare) + prompts.behindIn(n);
    const decodeSecondsOf = (n: number): number =>
      (1 - oneByOne) * sharedSecondsOf(n) + oneByOne * (n * taggedStep + queue.mixedSteps(n) * queue.extra);
    return {
      batch,
      stepBatch,
      plainStep,
      taggedStep,
      firstPrompt: prompts.firstPrompt,
      furtherPrompt: prompts.furtherPrompt,
      meanStep,
      arrivalStep,
      prefillShare,
      dispersion,
      together,
      seen,
      queue,
      decodeSeconds: decodeSteps > 0 ? decodeSecondsOf(decodeSteps) : 0,
      sharedSecondsOf,
      decodeSecondsOf,
    };
  }

  /** Gated service: T' = D + F [N > 0] + P N, where N are those who arrived in the step before, of length T. */
  function promptSteps(batch: number, plainStep: number, lastStep: number) {
    const beside = Math.max(batch, LEAST_BATCH);
    const arrivals = rate * lastStep;
    const firstPrompt = work.seconds(beside, 1);
    const several = Math.min(1 + Math.max(1, arrivals), Math.max(work.promptsPerStep, 1));
    const furtherPrompt =
      several > 1.01 ? (several * work.seconds(beside, several) - firstPrompt) / (several - 1) : firstPrompt;
    const once = firstPrompt - furtherPrompt;
    const load1 = Math.min(rate * furtherPrompt, MAX_PREFILL_SHARE);
    const none = Math.exp(-arrivals);
    const meanStep = (plainStep + once * (1 - none)) / (1 - load1);

    const { firstShare: one } = work;
    const two = 1 - one;
    // Prompts that are cut in two lengthen two steps in a row.
    const cut = one * one + two * two + 2 * one * one * two * load1;
    const variance =
      (rate * meanStep * furtherPrompt * furtherPrompt * (1 + work.sharedVariation) * cut +
        once * once * none * (1 - none) +
        2 * once * furtherPrompt * arrivals * none) /
      (1 - load1 * load1);
    const arrivalStep = meanStep + variance / meanStep;

    // Behind a sequence that begins to decode are those who arrived in the step of its own prompt (its last part).
    const own =
      plainStep +
      work.lastShare * (firstPrompt + furtherPrompt * rate * arrivalStep) +
      (two > 0 ? one * furtherPrompt * rate * (plainStep + one * firstPrompt) : 0);
    const behind =
      (rate * furtherPrompt * (own - meanStep) + once * (none - Math.exp(-rate * own))) / (1 - load1);
    /** Each step that is so much longer lets in as many more, and they lengthen the next one: short answers see but the first. */
    const behindIn = (steps: number): number => behind * (1 - load1 ** steps);
    return {
      firstPrompt,
      furtherPrompt,
      meanStep,
      arrivalStep,
      prefillShare: 1 - plainStep / meanStep,
      behindIn,
    };
  }
}
