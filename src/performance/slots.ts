/** What `max_num_seqs`, or a pool that holds few sequences, does to requests; times in seconds. */
export interface SlotQueue {
  /** Probability that a request waits for a slot, and mean wait over all requests; infinite without a steady state. */
  readonly waiting: number;
  readonly meanWait: number;
  /** Squared coefficient of variation of the wait of those who wait. */
  readonly waitVariation: number;
  /** Mean sequences in the engine over that of an engine without limit. */
  readonly crowding: number;
  /** The same of the prompts behind a sequence that begins, which short answers feel most. */
  readonly behind: number;
}

/** Where nobody waits. */
export const NO_QUEUE: SlotQueue = { waiting: 0, meanWait: 0, waitVariation: 1, crowding: 1, behind: 1 };
/** Six standard deviations away nobody waits. */
export const roomForAll = (slots: number, asked: number, dispersion: number): boolean =>
  asked + 6 * Math.sqrt(asked * dispersion) < slots;

/** Less often than this nobody waits. */
const NEVER = 1e-5;
const HUGE = 1e200;

/**
 * Requests share an engine that serves n of them at the rate n / holding(n), up to `slots`; further ones wait in line.
 * While none waits this is processor sharing, whose numbers do not depend on how lengths are distributed (Kelly 1979):
 * a birth-death chain. Waits are first those of exponential holding times, then of their true variation (Lee and Longton's
 * (1 + variation) / 2, Cosmetatos' (1975) M/D/c) and for arrivals in clusters (Hayward's equivalent system).
 * @param rate arrivals per second
 * @param asked mean number of slots taken if there were enough
 * @param holding seconds in a slot when n are taken all the time
 * @param variation squared coefficient of variation of the holding times
 * @param dispersion variance over mean of the arrivals; 1 for Poisson
 */
export function slotQueue(
  slots: number,
  rate: number,
  asked: number,
  holding: (taken: number) => number,
  variation: number,
  dispersion: number,
): SlotQueue {
  const most = Math.ceil(slots);
  if (roomForAll(slots, asked, 1)) return NO_QUEUE;
  const held = heldCurve(holding, most);
  const drain = most / held(most);
  const load = rate / drain;
  if (load >= 1) return { ...NO_QUEUE, waiting: 1, meanWait: Number.POSITIVE_INFINITY };
  let weight = 1;
  let total = 1;
  let numbers = 0;
  for (let n = 1; n <= most; n++) {
    weight *= (rate * held(n)) / n;
    total += weight;
    numbers += n * weight;
    if (total > HUGE) {
      weight /= HUGE;
      total /= HUGE;
      numbers /= HUGE;
    }
  }
  // All slots taken: so many, one waiting, two waiting, ...
  const full = weight / (1 - load);
  const withQueue = total - weight + full;
  const waiting = full / withQueue;
  if (!(waiting > NEVER)) return NO_QUEUE;
  const taken = (numbers + most * (full - weight)) / withQueue;

  // The same engine with room for all.
  let freeTotal = total;
  let freeNumbers = numbers;
  let freeWeight = weight;
  for (let n = most + 1; freeWeight * n > 1e-4 * freeTotal && n < 8 * most + 64; n++) {
    freeWeight *= (rate * held(n)) / n;
    freeTotal += freeWeight;
    freeNumbers += n * freeWeight;
  }
  const exponential = waiting / (drain - rate);
  const clustered = clusteredWait(most, load, dispersion);
  const meanWait =
    (exponential * variedWait(most, load, variation) * (clustered + variation)) / (1 + variation);
  return {
    waiting,
    meanWait,
    waitVariation: waitVariation(load, variation),
    crowding: (taken * freeTotal) / freeNumbers,
    behind: (taken * freeTotal) / freeNumbers,
  };
}

/** Mean wait of arrivals in clusters, over that of Poisson ones: Hayward's system of fewer slots, waits by Sakasegawa (1977). */
export function clusteredWait(slots: number, load: number, dispersion: number): number {
  const power = Math.sqrt(2 * (slots + 1)) - Math.sqrt(2 * (slots / dispersion + 1));
  return dispersion * load ** -power;
}

/**
 * The same slots in one of several ranks, of which a request goes to the one with fewest. It waits where all slots of all are
 * taken: a birth-death chain over all of them. One line before them would wait least. But a request waits for a slot of its
 * own rank, which ends so many times more rarely, and for those before it there; if whoever ends elsewhere were always
 * replaced before the line is shorter, it would wait `ranks (1 - load) / (1 - load^ranks)` times as long (lengths of that line
 * fall geometrically). Simulated ranks are half way between.
 * @param rate arrivals per second of one rank
 * @param holding, variation as in `slotQueue`
 */
export function slotsOfRanks(
  one: SlotQueue,
  ranks: number,
  slots: number,
  rate: number,
  holding: (taken: number) => number,
  variation: number,
): SlotQueue {
  if (ranks === 1 || !(one.waiting > 0) || !Number.isFinite(one.meanWait)) return one;
  const most = Math.ceil(slots);
  const held = heldCurve(holding, most);
  const load = (rate * held(most)) / most;
  if (load >= 1) return one;
  const rarer = shareWaiting(most, ranks, rate, held) / shareWaiting(most, 1, rate, held);
  const ownLine = (1 + (ranks * (1 - load)) / (1 - load ** ranks)) / 2;
  const varied = variedWait(most * ranks, load, variation) / variedWait(most, load, variation);
  return {
    ...one,
    waiting: one.waiting * rarer,
    meanWait: (one.meanWait * rarer * ownLine * varied) / ranks,
  };
}

/** Probability that all slots of all ranks, which share one line, are taken (Erlang's recursion, with holding times by number). */
function shareWaiting(slots: number, ranks: number, rate: number, held: (taken: number) => number): number {
  let full = 1;
  for (let n = 1; n <= slots * ranks; n++) {
    const weight = (full * rate * ranks * held(n / ranks)) / n;
    full = weight / (1 + weight);
  }
  const load = (rate * held(slots)) / slots;
  return full / (1 - load * (1 - full));
}

/**
 * Mean wait over that of exponential holding times: Lee and Longton's (1 + variation) / 2, and Cosmetatos' M/D/c (1975), whose
 * surplus fades with the cube of 1 - variation (log-normal, light traffic).
 */
export function variedWait(slots: number, load: number, variation: number): number {
  const early = ((1 - load) * (slots - 1) * (Math.sqrt(4 + 5 * slots) - 2)) / (16 * load * slots);
  return ((1 + variation) / 2) * (1 + early * Math.max(0, 1 - variation) ** 3);
}

/** Few are asked one by one; many lie on a smooth curve between points. */
const ASKED = 16;

function heldCurve(holding: (taken: number) => number, most: number): (taken: number) => number {
  const apart = Math.max(1, most / ASKED);
  const known: number[] = [];
  const at = (i: number): number => {
    known[i] ??= holding(Math.max(1, i * apart));
    return known[i];
  };
  return (taken) => {
    const below = Math.min(Math.floor(taken / apart), ASKED - 1);
    const share = taken / apart - below;
    return share === 0 ? at(below) : at(below) + (at(below + 1) - at(below)) * share;
  };
}

/** Of the wait of those who wait in M/G/1: Takács' moments, with the third moment of a gamma-distributed service. */
export function waitVariation(load: number, variation: number): number {
  const second = 1 + variation;
  const third = second * (1 + 2 * variation);
  const mean = second / (2 * (1 - load));
  const square = 2 * load * mean * mean + third / (3 * (1 - load));
  return square / (mean * mean) - 1;
}
