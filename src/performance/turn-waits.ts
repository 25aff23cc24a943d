import type { OpenState } from './open-loop';
import type { OwnTime } from './own-times';
import { expectedMin, tailOf, type WeightedSpread } from './queueing';

/** Waits of prompts that come one by one. */
export interface TurnWaits {
  /** Share that finds no prompt at work: they wait for the end of a decode step, or for nothing. */
  readonly atOnce: number;
  readonly restSeconds: number;
  /** Of prompts whose own time is evenly spread over so many seconds. */
  readonly restTail: (width: number) => (seconds: number) => number;
  /** What the others wait for, and what those behind them add to their last step. */
  readonly behind: readonly WeightedSpread[];
}

/** More of them are too rare to move a 95th percentile. */
const RARE = 1e-3;

/** How often so many seconds are added by those who come behind while a prompt waits and is computed. */
export interface Filling {
  readonly share: number;
  readonly seconds: number;
}

/**
 * M/G/1 with the decode steps as vacations. Who finds prompts at work waits for what is left of one of them and, each time
 * with the probability that the engine is in use, for as much again (Pollaczek and Khinchine): what is left of a prompt is
 * evenly spread up to its length, and long ones are met more often. The first such wait is kept as it is, because short
 * and long prompts make an edge; two and more are a gamma. The mean is that of the mean TTFT.
 */
export function turnWaits(state: OpenState, own: readonly OwnTime[]): TurnWaits {
  const { firstToken: d, steps: s } = state;
  const { used } = d;
  const decoding = 1 - Math.exp(-s.batch);
  const rest = (decoding * s.plainStep) / 2;
  const restVariance = (decoding * s.plainStep ** 2) / 3 - rest * rest;

  let first = 0;
  let second = 0;
  let third = 0;
  for (const { weight, engineSeconds } of own) {
    first += weight * engineSeconds;
    second += weight * engineSeconds ** 2;
    third += weight * engineSeconds ** 3;
  }
  const left = (d.serviceSeconds * (1 + s.work.variation)) / 2;
  const turn = (2 * left * first) / second;
  const leftSquare = (turn * turn * third) / (3 * first);
  const wait = (used * left) / (1 - used);
  const waitVariance = wait * wait + (used * leftSquare) / (1 - used);

  const behind: WeightedSpread[] = [];
  for (const { share, seconds } of fillings(state, d.beforeLastSeconds + left + rest, d.roomForOthers))
    for (const { weight, engineSeconds } of own)
      behind.push({
        weight: used * (1 - used) * share * ((weight * engineSeconds) / first),
        least: seconds,
        width: turn * engineSeconds + 2 * rest,
      });
  const later = 2 * left + wait + rest;
  const filled = momentsOf(fillings(state, d.beforeLastSeconds + later, d.roomForOthers));
  behind.push({
    weight: used * used,
    least: 0,
    mean: later + filled.mean,
    variance: 2 * (leftSquare - left * left) + waitVariance + restVariance + filled.variance,
  });
  return {
    atOnce: 1 - used,
    restSeconds: rest,
    restTail: (width) =>
      width === 0
        ? (x) => (x < 0 ? 1 : x < s.plainStep ? decoding * (1 - x / s.plainStep) : 0)
        : tailOf({ least: -width / 2, width: width + 2 * rest }),
    behind,
  };
}

/** Those who come within so many seconds use up what the prompt leaves of its own steps. */
export function fillings({ firstToken: d, steps: s }: OpenState, seconds: number, room: number): Filling[] {
  const mean = d.rate * seconds;
  const nobody = Math.exp(-mean);
  const none = { share: nobody, seconds: 0 };
  if (1 - nobody < RARE || room < RARE) return [{ ...none, share: 1 }];
  return [none, { share: 1 - nobody, seconds: (s.firstPrompt * expectedMin(mean, room)) / (1 - nobody) }];
}

function momentsOf(filled: readonly Filling[]): { mean: number; variance: number } {
  let mean = 0;
  let square = 0;
  for (const { share, seconds } of filled) {
    mean += share * seconds;
    square += share * seconds * seconds;
  }
  return { mean, variance: square - mean * mean };
}
