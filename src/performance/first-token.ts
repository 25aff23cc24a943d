import { gatedWaits } from './gated-waits';
import type { OpenState } from './open-loop';
import type { OwnTime } from './own-times';
import { cutWhere, tailOf, tailOfAll, type WeightedSpread } from './queueing';
import { fillings, turnWaits } from './turn-waits';

/** Requests that are so late already, and by what more they wait. */
interface Late {
  readonly weight: number;
  readonly seconds: number;
  readonly tail: (seconds: number) => number;
}

/**
 * TTFT is the front end, the prompt's own steps, those behind who use up its last one, and the wait: for a slot and nothing
 * else, for the step of others that it shares the next one with, or for the turns of others.
 */
export function firstTokenP95(state: OpenState, own: readonly OwnTime[]): number {
  const { firstToken: d, steps: s } = state;
  const free = 1 - d.slots.waiting;
  const waits: WeightedSpread[] = [];
  const add = (share: number, parts: readonly WeightedSpread[]): void => {
    for (const part of parts) waits.push({ ...part, weight: share * part.weight });
  };
  if (d.slots.waiting > 0) {
    const mean = d.slotWaitSeconds / d.slots.waiting;
    waits.push({ weight: d.slots.waiting, least: 0, mean, variance: d.slots.waitVariation * mean * mean });
  }
  add(free, gatedWaits(state));
  const turns = s.oneByOne > 0 ? turnWaits(state, own) : null;
  if (turns !== null) add(free * s.oneByOne, turns.behind);

  // Among other ranks they keep their shape and are as much shorter as on average.
  const { waits: shorter } = state.ranks;
  const late: Late[] = [];
  const tails =
    own.length === 1
      ? waits.map((part) => ({ weight: part.weight, tail: tailOf(part) }))
      : [tailOfAll(waits)];
  for (const prompt of own) {
    const { seconds, weight } = prompt;
    for (const wait of tails) late.push({ weight: weight * wait.weight, seconds, tail: wait.tail });
    if (turns === null) continue;
    const tail = turns.restTail(prompt.width / shorter);
    const atOnce = weight * free * s.oneByOne * turns.atOnce;
    for (const filled of fillings(state, prompt.beforeLastSeconds + turns.restSeconds, prompt.room))
      late.push({
        weight: atOnce * filled.share,
        seconds: seconds + shorter * filled.seconds,
        tail,
      });
  }
  return p95Of(late, shorter);
}

/** 95th percentile, where waits are so much shorter than given. */
function p95Of(late: readonly Late[], shorter: number): number {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  let all = 0;
  for (const { weight, seconds } of late) {
    low = Math.min(low, seconds);
    high = Math.max(high, 2 * seconds);
    all += weight;
  }
  const tooLate = (x: number): boolean => {
    let above = 0;
    for (let i = 0; i < late.length && above <= 0.05 * all; i++) {
      const { weight, seconds, tail } = late[i]!;
      above += weight * tail((x - seconds) / shorter);
    }
    return above > 0.05 * all;
  };
  while (tooLate(high)) high *= 2;
  return cutWhere(tooLate, low, high);
}
