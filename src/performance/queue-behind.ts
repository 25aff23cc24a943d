import type { PromptWork } from './prompt-work';
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
 * @param aloneSeconds engine time of a prompt behind no other
 * @param batch sequences that decode
 */
export function queueBehind(
  work: PromptWork,
  rate: number,
  stepSeconds: number,
  aloneSeconds: number,
  batch: number,
): QueueBehind {
  const steps = work.fullSteps;
  const promptSeconds = behindOthers(work, aloneSeconds, rate * aloneSeconds, batch);
  const extra = promptSeconds / steps;
  const promptLoad = Math.min(rate * promptSeconds, MAX_PREFILL_SHARE);
  const used = Math.min(rate * (promptSeconds + steps * stepSeconds), MAX_UTILISATION);
  const often = Math.min((rate * steps * stepSeconds) / (1 - promptLoad), 1);
  const queued = used + (used * used * (1 + work.variation)) / (2 * (1 - used));
  const residual = (steps * (1 + work.variation)) / 2 + ((queued - used) * steps) / used;
  const surplus =
    (queued * steps - often * residual) / (1 - promptLoad) -
    used * filledShare(work, used, aloneSeconds, batch) * steps;
  const relax = Math.max(surplus / Math.max(used - often, 1e-9), 1e-9);
  // It empties like a busy period that begins with `behind` prompts, whose number falls geometrically.
  const behind = Math.max(queued / used, 1);
  const variation = work.variation + (used * (1 + work.variation)) / (1 - used) + behind - 1;
  const passed = (n: number): number => passageWithin(n, relax, variation / behind);
  const mixed = (start: number) => (n: number) =>
    Math.max(0, Math.min(often * n + (start - often) * passed(n), n));
  return { mixedSteps: mixed(used), afterBusy: mixed(1), afterIdle: mixed(0), used, extra };
}

/**
 * Engine time of a prompt, such a share of which come behind others: their steps are full, because who follows begins in what
 * a prompt leaves of its last.
 */
export function behindOthers(work: PromptWork, aloneSeconds: number, share: number, batch: number): number {
  if (work.promptsPerStep >= 1) return aloneSeconds;
  return aloneSeconds - Math.min(share, 1) * Math.max(0, aloneSeconds - work.packedSeconds(batch));
}

/** Share of the next prompt that is done when a sequence begins to decode: the last step of its own prompt took it. */
function filledShare(work: PromptWork, used: number, aloneSeconds: number, batch: number): number {
  if (work.promptsPerStep >= 1) return 0;
  const room = Math.min(roomInLastStep(work, used), 1);
  return work.beforeLast * Math.max(0, 1 - work.restSeconds(batch, room) / aloneSeconds);
}

/** Of a busy period so many prompts are looked at one by one, or until hardly any is left. */
const FIRST_OF_BUSY_PERIOD = 10;
const HARDLY_ANY = 0.02;
/** ((n + 1) / n)^(n - 1): what Borel's probabilities of n and n + 1 differ by, beside u e^(-u). */
const BOREL = Array.from({ length: FIRST_OF_BUSY_PERIOD }, (_, i) => ((i + 2) / (i + 1)) ** i);

/**
 * What a prompt's last step has room for, relative to a prompt: the first of a busy period begins with a step, each further
 * one in what those before left. Busy periods of single prompts (M/D/1) have Borel's lengths.
 * @param used share of time in which prompts are at work
 */
export function roomInLastStep(
  { room: alone, fullSteps, turnSteps, variation, roomInLine }: PromptWork,
  used: number,
): number {
  const inLine = roomInLine?.(FIRST_OF_BUSY_PERIOD);
  const anywhere = inLine?.at(-1) ?? 0.5 / fullSteps;
  const decay = used * Math.exp(-used);
  let room = 0;
  let left = 1;
  let atLeast = 1;
  let exactly = Math.exp(-used);
  for (let n = 1; n <= FIRST_OF_BUSY_PERIOD && left > HARDLY_ANY; n++) {
    const share = (1 - used) * atLeast;
    const further =
      inLine?.[n - 1] ??
      (variation === 0 ? (Math.ceil(n * turnSteps - 1e-9) - n * turnSteps) / fullSteps : anywhere);
    room += share * (n === 1 ? alone : further);
    left -= share;
    atLeast -= exactly;
    exactly *= decay * BOREL[n - 1]!;
  }
  return room + Math.max(left, 0) * anywhere;
}
