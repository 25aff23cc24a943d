import type { Coefficients } from './coefficients';
import { ranksOf, type StepFeatures } from './features';
import { FEW_SLOTS, type FullSlots, fewSlots } from './few-slots';
import type { Load } from './load';
import { type OpenSteps, openSteps } from './open-steps';
import { type AmongRanks, amongRanks } from './other-ranks';
import { behindOthers, roomInLastStep } from './queue-behind';
import { expectedMin, lognormalNodes, MAX_PREFILL_SHARE, MAX_UTILISATION } from './queueing';
import { NO_QUEUE, roomForAll, type SlotQueue, slotQueue, slotsOfRanks } from './slots';
import type { SteadyState } from './state';
import { requestOverheadSeconds } from './step';

/** The steady state under random arrivals, with what its percentiles are made of. */
export interface OpenState extends SteadyState {
  readonly steps: OpenSteps;
  readonly firstToken: FirstToken;
  readonly ranks: AmongRanks;
}

/** Where the time to the first token goes; seconds of one rank. */
export interface FirstToken {
  /** Arrivals per second. */
  readonly rate: number;
  /** Outside the engine. */
  readonly frontSeconds: number;
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
  readonly slots: SlotQueue;
  /** A decoding while all slots are taken all the time. */
  readonly slowestDecoding: number;
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
export function openLoop(f: StepFeatures, k: Coefficients, load: Load): (rate: number) => OpenState {
  const stepsAt = openSteps(f, k, load);
  const frontSeconds = requestOverheadSeconds(k, load.inputTokens);
  const ranks = ranksOf(f);
  return (rate) => stateOf(stepsAt(rate), rate, load, frontSeconds, ranks);
}

function stateOf(steps: OpenSteps, rate: number, load: Load, frontSeconds: number, ranks: number): OpenState {
  const { outputTokens, outputVariation = 0 } = load;
  const { work, plainStep, firstPrompt } = steps;

  // Prompts find the batch as it is in time, not step by step.
  const besideStep =
    steps.oneByOne * steps.stepOf(Math.max(steps.batch, 1e-3)) + (1 - steps.oneByOne) * plainStep;
  const besideTurn = besideStep * work.turnSteps;
  const serviceSeconds =
    behindOthers(work, firstPrompt, rate * (firstPrompt + besideTurn), Math.max(steps.batch, 1e-3)) +
    besideTurn;
  const used = Math.min(rate * serviceSeconds, MAX_UTILISATION);
  const busy = 1 - (1 - used) * Math.exp(-steps.batch);
  const ownSeconds = work.steps * besideStep + firstPrompt;
  const beforeLastSeconds = work.beforeLast * firstPrompt + (work.steps - 1) * besideStep;
  const roomForOthers = work.promptsPerStep > 1 ? work.room : roomInLastStep(work, used);

  const gated = gatedSeconds(steps, rate, busy);
  // One by one: M/G/1 with a decode step's rest, and those behind who fill up the prompt's own steps.
  const wait =
    (rate * serviceSeconds * serviceSeconds * (1 + work.variation)) / (2 * (1 - used)) +
    ((1 - Math.exp(-steps.batch)) * plainStep) / 2 +
    spilled(steps, used);
  const filled = firstPrompt * expectedMin(rate * (wait + beforeLastSeconds), roomForOthers);
  const { oneByOne } = steps;

  const full = holding(steps, load.maxBatch);
  const asked = rate * (ownSeconds + steps.decodeSeconds);
  const clusters = clustering(steps, (rate * full.seconds) / load.maxBatch);
  const heldSeconds = (taken: number): number => holding(steps, taken).seconds;
  const heldVariation = holdingVariation(steps, ownSeconds, outputVariation);
  const freeWait = (1 - oneByOne) * gated.waitSeconds + oneByOne * wait;
  const ownSlots = roomForAll(load.maxBatch, asked, steps.dispersion)
    ? NO_QUEUE
    : load.maxBatch <= FEW_SLOTS
      ? fewSlots(steps, {
          slots: load.maxBatch,
          rate,
          full,
          variation: outputVariation,
          dispersion: clusters,
          free: freeWait,
        })
      : slotQueue(load.maxBatch, rate, asked, heldSeconds, heldVariation, clusters);
  const slots = slotsOfRanks(ownSlots, ranks, load.maxBatch, rate, heldSeconds, heldVariation);
  const slotWaitSeconds = Number.isFinite(slots.meanWait) ? slots.meanWait : 0;
  // Who waits for a slot finds the engine's queue short.
  const free = 1 - slots.waiting;
  const response =
    (1 - oneByOne) * (gated.seconds - slots.waiting * gated.waitSeconds) +
    oneByOne * (free * wait + ownSeconds + filled);
  const tpot = meanTpot(steps, slots, outputTokens, outputVariation);
  const decodeSeconds = Math.max(outputTokens - 1, 0) * tpot;
  const among = amongRanks(steps, rate, ranks, { responseSeconds: response, ownSeconds, decodeSeconds });
  return {
    stable:
      rate * serviceSeconds < MAX_UTILISATION &&
      steps.prefillShare < MAX_PREFILL_SHARE &&
      Number.isFinite(slots.meanWait),
    ttftSeconds: frontSeconds + among.responseSeconds + slotWaitSeconds,
    tpotSeconds: tpot * among.decoding,
    outputTokensPerSecond: rate * outputTokens * ranks,
    requestsPerSecond: rate * ranks,
    decodeBatch: slots.crowding * steps.batch * among.decoding,
    stepSeconds: steps.taggedStep,
    prefillSeconds: firstPrompt,
    prefillShare: steps.prefillShare,
    utilisation: used,
    queueSeconds: freeWait * among.waits,
    blockedSeconds: slotWaitSeconds,
    acceptedTokens: steps.acceptedTokens,
    steps,
    ranks: among,
    firstToken: {
      rate,
      frontSeconds,
      ownSeconds,
      laterSeconds: gated.laterSeconds,
      beforeLastSeconds,
      roomForOthers,
      serviceSeconds,
      slotWaitSeconds,
      slots,
      slowestDecoding: full.decoding,
      busy,
      used,
    },
  };
}

/**
 * Where a prompt fits its steps unless many decode, one that does not fit pushes all behind it into a further step, to the
 * end of the busy period.
 */
function spilled(s: OpenSteps, used: number): number {
  const { meanSteps, leastSteps } = s.work;
  const alone = Math.min(1, meanSteps - leastSteps);
  if (alone < 1e-6) return 0;
  const behind = 1 - (1 - alone) ** (1 / (1 - used));
  return used * (behind - alone) * (s.plainStep + (used * s.firstPrompt) / meanSteps);
}

const TURNS = 3;

/** A request's time in a slot when so many are taken all the time: the prompts of all others fall into it. */
function holding(s: OpenSteps, taken: number): FullSlots {
  const { work } = s;
  let share = 1;
  let seconds = 0;
  let decoding = 0;
  let plainDecoding = 0;
  for (let i = 0; i < TURNS; i++) {
    const others = Math.max((taken - 1) * share, 1e-3);
    const prompt = work.seconds(others, 1);
    const own = prompt + work.steps * s.stepOf(others);
    plainDecoding = s.decodeSteps * s.stepOf(1 + others);
    decoding = plainDecoding + (taken - 1) * prompt;
    seconds = own + decoding;
    share = decoding / seconds;
  }
  return { seconds, decoding, plainDecoding };
}

const clustering = ({ prefillShare, together }: OpenSteps, utilisation: number): number =>
  1 + (prefillShare / (1 - prefillShare)) * Math.max(0, 1 - prefillShare / utilisation) * together;

function holdingVariation(s: OpenSteps, ownSeconds: number, outputVariation: number): number {
  const decode = s.decodeSeconds / (s.decodeSeconds + ownSeconds);
  return outputVariation * decode * decode;
}

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

/** Mean over requests: short outputs feel the queue behind their prompt more, as far as there are slots for it. */
function meanTpot(s: OpenSteps, slots: SlotQueue, outputTokens: number, outputVariation: number): number {
  if (outputTokens <= 1) return s.taggedStep;
  const ofMean = s.decodeSeconds / (outputTokens - 1);
  let tpot = slots.crowding * ofMean;
  for (const { value, weight } of lognormalNodes(outputTokens - 1, outputVariation))
    tpot += slots.behind * weight * (s.decodeSecondsOf(s.decodeStepsOf(value + 1)) / value - ofMean);
  return tpot;
}
