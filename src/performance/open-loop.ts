import type { Coefficients } from './coefficients';
import { ranksOf, type StepFeatures } from './features';
import { type PromptWork, promptWork } from './prompt-steps';
import { expectedMin, lognormalNodes, waitForSlot } from './queueing';
import type { Load, SteadyState } from './steady-state';
import { acceptedTokens, requestOverheadSeconds } from './step';
import { decodeCurve } from './step-curves';

/** The steady state under random arrivals, with what its percentiles are made of. */
export interface OpenState extends SteadyState {
  readonly work: PromptWork;
  readonly detail: OpenDetail;
}

/** Seconds and numbers of one rank; means. */
export interface OpenDetail {
  /** Arrivals per second. */
  readonly rate: number;
  /** Outside the engine; the part that grows with the prompt. */
  readonly frontSeconds: number;
  readonly frontTokenSeconds: number;
  /** A prompt's engine time and the decoding in its steps. */
  readonly ownSeconds: number;
  /** Share of time in which the engine runs. */
  readonly busy: number;
  /** 1: prompts are served one after the other; 0: all that wait share the next step. */
  readonly oneByOne: number;
  /** The first and each further prompt of a step. */
  readonly firstPromptSeconds: number;
  readonly furtherPromptSeconds: number;
  /** Steps, mean over steps: all, and what they take without prompts. */
  readonly stepSeconds: number;
  readonly meanStepSeconds: number;
  /** Time of a prompt's first step in which further prompts come into its second, weighted by their share there. */
  readonly laterSeconds: number;
  /** One prompt's time at the head of the queue, decoding beside it included. */
  readonly serviceSeconds: number;
  /** A prompt's time before its last step, and how many of those behind find room in its steps. */
  readonly beforeLastSeconds: number;
  readonly roomForOthers: number;
  readonly slotWaitSeconds: number;
  /** Steps of a sequence's decoding. */
  readonly decodeSteps: number;
  /** Seconds of so many steps where prompts share steps. */
  readonly sharedSecondsOf: (decodeSteps: number) => number;
  readonly queue: QueueBehind;
  /** How much longer one more sequence makes a step, and a step of one sequence. */
  readonly secondsPerSequence: number;
  readonly lightStepSeconds: number;
  /** Sequences in a step, mean over steps. */
  readonly stepBatch: number;
  /** Variance over mean of the arrivals seen step by step: long steps let in several. */
  readonly dispersion: number;
}

/** Prompts that come one by one beside a decoding sequence. */
export interface QueueBehind {
  /** Share of time in which there are any. */
  readonly used: number;
  /** Steps with prompts among so many: of all sequences, of those that leave a queue behind when they begin, or none. */
  readonly mixedSteps: (decodeSteps: number) => number;
  readonly afterBusy: (decodeSteps: number) => number;
  readonly afterIdle: (decodeSteps: number) => number;
  /** Seconds that such a step takes longer. */
  readonly extra: number;
}

const ITERATIONS = 60;
const CONVERGED = 1e-4;
const GUESS_BATCH = 32;
const MAX_PREFILL_SHARE = 0.985;
const MAX_UTILISATION = 0.999;
const LEAST_BATCH = 1e-3;
/** From so many prompts a step on, all that wait share the next step; at one, they come one by one. */
const SHARING_PROMPTS = 2;

/**
 * Random (Poisson) arrivals at one rank. docs/performance.md, "Random arrivals", tells where each part comes from:
 *
 * - **Decoding** is processor sharing: a sequence's steps hold it, the others, and those that the same long steps let
 *   in together. Their number is seen step by step, not in time: fewer are there in the many short steps.
 * - **Short prompts**: all that arrive in one step are computed in the next (gated service): T' = D + P N(T).
 * - **Long prompts**: one after the other, M/G/1 with the decode steps as part of the service.
 * - A sequence that starts to decode has behind it those who arrived while its own prompt was computed.
 */
export function openLoop(f: StepFeatures, k: Coefficients, load: Load, rate: number): OpenState {
  const { inputTokens, outputTokens, outputVariation = 0 } = load;
  const accepted = acceptedTokens(f.mtpTokens, k.mtpAcceptance);
  // A last step may bring more tokens than are wanted: half of its surplus is lost on average.
  const decodeSteps = outputTokens > 1 ? (outputTokens - 1) / accepted + (1 - 1 / accepted) / 2 : 0;
  // Long outputs are seen more often: the mean context is weighted by length.
  const context = inputTokens + (outputTokens * (1 + outputVariation)) / 2;
  const work = promptWork(f, k, load);
  const oneByOne = Math.min(1, Math.max(0, (SHARING_PROMPTS - work.promptsPerStep) / (SHARING_PROMPTS - 1)));
  const curve = decodeCurve(f, k, context);
  const step = (batch: number): number => curve(Math.max(batch, LEAST_BATCH));

  // A first guess: as if steps grew evenly with the batch.
  const growth = (step(1 + GUESS_BATCH) - step(1)) / GUESS_BATCH;
  const crowding = rate * (work.seconds(1, 1) + decodeSteps * growth);
  let batch = Math.min((rate * decodeSteps * step(1)) / Math.max(1 - crowding, 0.1), load.maxBatch);
  let stepBatch = batch;
  let prefillShare = 0;
  let between = 0;
  let s = settle();
  for (let i = 0; i < ITERATIONS; i++) {
    const change = Math.min(rate * s.decodeSeconds, load.maxBatch) - batch;
    batch += change;
    stepBatch = (rate * decodeSteps * s.meanStep) / (1 - prefillShare);
    prefillShare = s.prefillShare;
    between = s.between;
    if (i > 0 && Math.abs(change) < CONVERGED * (batch + LEAST_BATCH)) break;
    s = settle();
  }

  /** All parts at the present batch. */
  function settle() {
    const meanStep = step(stepBatch);
    if (between === 0) between = meanStep;
    const arrivals = rate * between;
    const first = work.seconds(Math.max(batch, LEAST_BATCH), 1);
    const several = Math.min(1 + Math.max(1, arrivals), Math.max(work.promptsPerStep, 1));
    const further =
      several > 1.01
        ? (several * work.seconds(Math.max(batch, LEAST_BATCH), several) - first) / (several - 1)
        : first;
    const onlyFirst = first - further;
    const load1 = Math.min(rate * further, MAX_PREFILL_SHARE);
    const some = 1 - Math.exp(-arrivals);
    const nextBetween = (meanStep + onlyFirst * some) / (1 - load1);
    const share = 1 - meanStep / nextBetween;

    const { firstShare: one } = work;
    const two = 1 - one;
    // Variance of a step's length: its prompts, and those of the step before that are cut in two.
    const variance =
      (rate *
        nextBetween *
        further *
        further *
        (1 + work.variation) *
        (one * one + two * two + 2 * one * one * two * load1) +
        onlyFirst * onlyFirst * some * (1 - some) +
        2 * onlyFirst * further * arrivals * (1 - some)) /
      (1 - load1 * load1);
    const arrivalStep = nextBetween + variance / nextBetween;
    const own =
      meanStep +
      (two > 0 ? two : 1) * (first + further * rate * arrivalStep) +
      (two > 0 ? one * further * rate * (meanStep + one * first) : 0);

    // Whoever shares long steps with a sequence also decodes beside it: clusters of arrivals, M/D/1's busy periods.
    const calm = 1 - Math.min(share, 0.9);
    const window = decodeSteps * calm * calm * Math.min(1, work.promptsPerStep);
    const dispersion = 1 + (1 / (calm * calm) - 1) * (window > 0 ? 1 - (1 - Math.exp(-window)) / window : 0);
    const seen = stepBatch + dispersion;
    const spread = Math.min(Math.sqrt(stepBatch * dispersion), seen - 1);
    const taggedStep = spread > 1e-3 ? (step(seen - spread) + step(seen + spread)) / 2 : step(seen);

    const behind =
      (rate * further * (own - nextBetween) + onlyFirst * (Math.exp(-arrivals) - Math.exp(-rate * own))) /
      (1 - load1);
    const queue = queueBehind(taggedStep, first);
    /** Of a sequence of so many steps. */
    const shared = (n: number): number => (n * taggedStep) / (1 - share) + behind;
    const decoding = (n: number): number =>
      (1 - oneByOne) * shared(n) + oneByOne * (n * taggedStep + queue.mixedSteps(n) * queue.extra);
    return {
      meanStep,
      taggedStep,
      first,
      further,
      between: nextBetween,
      arrivalStep,
      some,
      load1,
      prefillShare: share,
      dispersion,
      decodeSeconds: decodeSteps > 0 ? decoding(decodeSteps) : 0,
      decoding,
      shared,
      queue,
      seen,
    };
  }

  /**
   * Steps with prompts among a sequence's own, where prompts come one by one: at first with the probability that the
   * queue is not empty behind it, in the long run as often as prompts arrive; in between the queue relaxes.
   */
  function queueBehind(taggedStep: number, prompt: number): QueueBehind {
    const steps = work.fullSteps;
    const extra = prompt / steps;
    const promptLoad = Math.min(rate * prompt, MAX_PREFILL_SHARE);
    const used = Math.min(rate * (prompt + steps * taggedStep), MAX_UTILISATION);
    const often = Math.min((rate * steps * taggedStep) / (1 - promptLoad), 1);
    const queued = used + (used * used * (1 + work.variation)) / (2 * (1 - used));
    const residual = (steps * (1 + work.variation)) / 2 + ((queued - used) * steps) / used;
    const surplus = (queued * steps - often * residual) / (1 - promptLoad);
    const relax = Math.max(surplus / Math.max(used - often, 1e-9), 1e-9);
    // Busy periods have the longer tails the fuller they are: between an exponential and a hyperbola.
    const passed = (n: number): number =>
      relax * ((1 - used) * (1 - Math.exp(-n / relax)) + (used * n) / (n + relax));
    const mixed = (start: number) => (n: number) =>
      Math.max(0, Math.min(often * n + (start - often) * passed(n), n));
    return { mixedSteps: mixed(used), afterBusy: mixed(1), afterIdle: mixed(0), used, extra };
  }

  const { meanStep, first, further, arrivalStep } = s;
  const service =
    first +
    meanStep *
      (work.promptsPerStep >= 1
        ? work.steps / work.promptsPerStep
        : work.fullSteps + (load.blockTokens ? 0.5 : 0));
  const used = Math.min(rate * service, MAX_UTILISATION);
  const busy = 1 - (1 - used) * Math.exp(-batch);
  const ownSeconds = work.steps * meanStep + first;
  // Gated: the rest of the step one arrives in, then with all that arrived in it.
  const { firstShare: one } = work;
  const together = first + further * rate * arrivalStep;
  const firstStep = meanStep + one * together + (1 - one) * rate * further * s.between;
  const secondStep =
    (work.steps > 1 ? Math.min(work.steps - 1, 1) * meanStep : 0) +
    (1 - one) * together +
    (one < 1 ? (work.steps - 1) * one * rate * further * firstStep : 0);
  const gatedQueue = (arrivalStep / 2) * busy;
  const gated = gatedQueue + firstStep + secondStep;
  // One by one: M/G/1 with a decode step's rest, and those behind who fill up the prompt's own steps.
  const wait =
    (rate * service * service * (1 + work.variation)) / (2 * (1 - used)) + ((1 - used) * busy * meanStep) / 2;
  const before = wait + ((work.steps - 1) / work.steps) * first;
  const limit = work.promptsPerStep > 1 ? work.promptsPerStep - 1 : work.leftover;
  const single = wait + ownSeconds + first * expectedMin(rate * before, limit);
  const response = (1 - oneByOne) * gated + oneByOne * single;

  let tpot = outputTokens > 1 ? 0 : s.taggedStep;
  if (outputTokens > 1)
    for (const { value, weight } of lognormalNodes(outputTokens - 1, outputVariation))
      tpot += (weight * s.decoding(value / accepted + (1 - 1 / accepted) / 2)) / value;
  const frontSeconds = requestOverheadSeconds(k, inputTokens);
  const holding = ownSeconds + s.decodeSeconds;
  const slotWait = waitForSlot(load.maxBatch, rate * holding) * holding;
  const stable =
    rate * service < MAX_UTILISATION && s.prefillShare < MAX_PREFILL_SHARE && Number.isFinite(slotWait);
  const slotWaitSeconds = Number.isFinite(slotWait) ? slotWait : 0;
  const queueSeconds = (1 - oneByOne) * gatedQueue + oneByOne * wait;
  return {
    stable,
    ttftSeconds: frontSeconds + response + slotWaitSeconds,
    tpotSeconds: tpot,
    outputTokensPerSecond: rate * outputTokens * ranksOf(f),
    requestsPerSecond: rate * ranksOf(f),
    decodeBatch: batch,
    stepSeconds: s.taggedStep,
    prefillSeconds: first,
    prefillShare: s.prefillShare,
    utilisation: used,
    queueSeconds,
    blockedSeconds: slotWaitSeconds,
    acceptedTokens: accepted,
    work,
    detail: {
      rate,
      frontSeconds,
      frontTokenSeconds: frontSeconds - requestOverheadSeconds(k, 0),
      ownSeconds,
      busy,
      oneByOne,
      furtherPromptSeconds: further,
      firstPromptSeconds: first,
      stepSeconds: s.between,
      meanStepSeconds: meanStep,
      laterSeconds: one < 1 ? (work.steps - 1) * one * firstStep : 0,
      serviceSeconds: service,
      beforeLastSeconds: ((work.steps - 1) / work.steps) * first,
      roomForOthers: limit,
      slotWaitSeconds,
      decodeSteps,
      sharedSecondsOf: s.shared,
      queue: s.queue,
      secondsPerSequence: step(s.seen + 1) - step(s.seen),
      lightStepSeconds: step(1),
      stepBatch,
      dispersion: s.dispersion,
    },
  };
}
