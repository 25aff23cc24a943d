import type { PromptWork } from './prompt-steps';
import { MAX_PREFILL_SHARE, MAX_UTILISATION, passageWithin } from './queueing';

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

/**
 * Steps with prompts among a sequence's own, where prompts come one by one: at first with the probability that the queue
 * is not empty behind it (M/G/1: that of any time), in the long run as often as prompts arrive; in between the queue
 * relaxes, and the total surplus is what the queue left behind exceeds that of any step by.
 * @param rate arrivals per second
 * @param stepSeconds of a decode step
 * @param promptSeconds engine time of a prompt
 */
export function queueBehind(
  work: PromptWork,
  rate: number,
  stepSeconds: number,
  promptSeconds: number,
): QueueBehind {
  const steps = work.fullSteps;
  const extra = promptSeconds / steps;
  const promptLoad = Math.min(rate * promptSeconds, MAX_PREFILL_SHARE);
  const used = Math.min(rate * (promptSeconds + steps * stepSeconds), MAX_UTILISATION);
  const often = Math.min((rate * steps * stepSeconds) / (1 - promptLoad), 1);
  const queued = used + (used * used * (1 + work.variation)) / (2 * (1 - used));
  const residual = (steps * (1 + work.variation)) / 2 + ((queued - used) * steps) / used;
  const surplus = (queued * steps - often * residual) / (1 - promptLoad);
  const relax = Math.max(surplus / Math.max(used - often, 1e-9), 1e-9);
  // It empties like a busy period that begins with `behind` prompts, whose number falls geometrically.
  const behind = Math.max(queued / used, 1);
  const variation = work.variation + (used * (1 + work.variation)) / (1 - used) + behind - 1;
  const passed = (n: number): number => passageWithin(n, relax, variation / behind);
  const mixed = (start: number) => (n: number) =>
    Math.max(0, Math.min(often * n + (start - often) * passed(n), n));
  return { mixedSteps: mixed(used), afterBusy: mixed(1), afterIdle: mixed(0), used, extra };
}
