import type { OpenSteps } from './open-steps';
import { giniIndex } from './queueing';
import { type ChainRates, chainCapacity, slotChain } from './slot-chain';
import { clusteredWait, NO_QUEUE, type SlotQueue, variedWait, waitVariation } from './slots';

/** Of more slots, what the line of prompts does to them averages out, and the chain would take long. */
export const FEW_SLOTS = 48;
/** Less often than this nobody waits. */
const NEVER = 1e-5;
/** Standard deviations above the mean at which an engine of as many slots has room for all; how far that is looked for. */
const FAR = 5;
const farthest = (slots: number): number => 2 * slots + 24;
/** Decode steps of answers of one token, and sequences of an empty engine, where none would be divided by. */
const LEAST = 1e-3;
/** A request's time in a slot when all slots are taken all the time. */
export interface FullSlots {
  readonly seconds: number;
  /** From its first token on, and in steps without prompts. */
  readonly decoding: number;
  readonly plainDecoding: number;
}

/** What asks for slots. */
export interface SlotLoad {
  readonly slots: number;
  /** Arrivals per second. */
  readonly rate: number;
  readonly full: FullSlots;
  /** Squared coefficient of variation of the answers. */
  readonly variation: number;
  /** Variance over mean of arrivals in clusters, as far as these stay whole. */
  readonly dispersion: number;
  /** Mean wait in an engine without limit, which those who wait for a slot have as well; seconds. */
  readonly free: number;
}

/**
 * Requests that wait for one of few slots. While prompts are computed hardly any sequence ends, and those who waited begin
 * together: a chain of prompts and sequences has that (`slotChain`). Its times are exponential, so that only what the limit
 * changes is taken from it, against the same chain without limit:
 *
 * - **Decoding** is shorter by the chain's ratio.
 * - **The wait** grows by what it does in the chain, less for what is known of a slot's time: decoding and the own prompt, by
 *   the ratio of as many servers (`variedWait`; a variance is that of its parts, hence the squares, and the two parts of a
 *   known sequence are not as wide as one). The prompts of others are as random as in the chain.
 * - **Clusters** of equal answers stay together to the end, of exponential ones half: a cluster's share that stays is the
 *   mean shorter one of two answers over their mean (Eckberg's peakedness, 1983), 1 less Gini's index.
 */
export function fewSlots(
  steps: OpenSteps,
  { slots, rate, full, variation, dispersion, free }: SlotLoad,
): SlotQueue {
  const load = (rate * full.seconds) / slots;
  if (load >= 1) return { ...NO_QUEUE, waiting: 1, meanWait: Number.POSITIVE_INFINITY };
  const whole = Math.ceil(slots);
  const { batch } = steps;
  const enough = Math.max(whole + 1, Math.ceil(batch + FAR * Math.sqrt(batch * steps.dispersion)));
  const times = chainRates(steps, rate, Math.min(enough, farthest(whole)));
  // At the same share of its capacity, which is a percent off where answers are all alike.
  const arrivals = load * chainCapacity(times, whole);
  const rates = { ...times, arrivals };
  const limited = slotChain(rates, whole);
  if (!(limited.full > NEVER)) return NO_QUEUE;
  const unlimited = slotChain(rates, rates.prompt.length - 1);

  const plain = full.plainDecoding / full.seconds;
  const own = 1 - full.decoding / full.seconds;
  const known = plain * plain;
  const less = (of: number): number => 1 - variedWait(whole, load, of);
  const varied =
    1 - (known * less(variation) + own * own * less(steps.work.variation)) / (1 - 2 * plain * own * less(0));
  const staying = 1 / 2 + known * (1 / 2 - giniIndex(variation));
  const clustered =
    clusteredWait(whole, load, 1 + (dispersion - 1) * staying) /
    clusteredWait(whole, load, 1 + (dispersion - 1) / 2);
  const added = (varied * clustered * Math.max(0, limited.prompts - unlimited.prompts)) / arrivals;
  return {
    waiting: limited.full,
    meanWait: added + limited.full * free,
    waitVariation: waitVariation(load, 1 - known * (1 - variation)),
    crowding: Math.min(1, limited.decoding / unlimited.decoding),
    behind: unlimited.behind > 0 ? Math.min(1, limited.behind / unlimited.behind) : 1,
  };
}

/** Numbers of sequences at which a prompt's time is asked; it lies on straight lines between them. */
const ASKED = [0, 1, 2, 4, 8, 16, 32, 64, 128];

function chainRates(s: OpenSteps, arrivals: number, most: number): ChainRates {
  const { work } = s;
  // Short prompts that come together share a step: so many in the mean of those steps that have any.
  const met = arrivals * s.meanStep;
  const sharing = Math.max(1, Math.min(met / (1 - Math.exp(-met)), work.promptsPerStep));
  const stepsOfPrompt = work.promptsPerStep >= 1 ? 1 / sharing : work.fullSteps;
  const prompt: number[] = [];
  const decodeSteps = Math.max(s.decodeSteps, LEAST);
  const decode: number[] = [];
  const beside: number[] = [];
  let i = 0;
  let from = work.seconds(LEAST, sharing);
  let to = work.seconds(1, sharing);
  for (let d = 0; d <= most; d++) {
    if (d > ASKED[i + 1]!) {
      i++;
      from = to;
      to = work.seconds(ASKED[i + 1]!, sharing);
    }
    const share = (d - ASKED[i]!) / (ASKED[i + 1]! - ASKED[i]!);
    const step = s.stepOf(Math.max(d, LEAST));
    const seconds = from + (to - from) * share + stepsOfPrompt * step;
    prompt.push(1 / seconds);
    decode.push(d / (decodeSteps * step));
    beside.push((d * stepsOfPrompt) / (decodeSteps * seconds));
  }
  return { arrivals, prompt, decode, beside };
}
