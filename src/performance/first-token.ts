import type { OpenState } from './open-loop';
import type { OpenSteps } from './open-steps';
import { mixtureP95, type Spread, tailOf } from './queueing';

/** Parts of a mixture that are too rare to move a 95th percentile. */
const RARE = 1e-3;
const MOST_PROMPTS = 16;
/** Steps until the number of prompts in them has settled. */
const SETTLING = 5;

type Part = Spread & { readonly weight: number };

/** Prompts of one length: their share, and their seconds in the front end and in steps of their own. */
export interface OwnTime {
  readonly weight: number;
  readonly seconds: number;
}

/**
 * TTFT is the front end, the prompt's own steps, and the wait. Gated: an arrival falls into a step with so many prompts
 * (longer steps catch more), waits for its end, and shares the next one with so many others. One by one: nobody waits
 * (but for a step's end), or the M/G/1 wait of those who do. Who waits for a slot waits for nothing else.
 */
export function firstTokenP95(state: OpenState, own: readonly OwnTime[]): number {
  const waits = waitsOf(state);
  // Among other ranks they keep their shape and are as much shorter as on average.
  const { waits: shorter } = state.ranks;
  if (own.length === 1) return own[0]!.seconds + shorter * mixtureP95(waits);
  const tail = tailOfAll(waits);
  return sumP95(own, shorter === 1 ? tail : (seconds) => tail(seconds / shorter));
}

/** Points at which the tail of the waits is known, and standard deviations above the mean up to which. */
const POINTS = 28;
const FAR = 6;
const NONE = 1e-5;
const BISECTIONS = 14;

/** Probability that a wait exceeds so many seconds, between points that it is computed at. */
function tailOfAll(waits: readonly Part[]): (seconds: number) => number {
  let mean = 0;
  let square = 0;
  for (const part of waits) {
    const centre = 'width' in part ? part.least + part.width / 2 : part.mean;
    mean += part.weight * centre;
    square += part.weight * (centre * centre + ('width' in part ? part.width ** 2 / 12 : part.variance));
  }
  const far = mean + FAR * Math.sqrt(Math.max(square - mean * mean, 0)) + 1e-9;
  // Close together where most waits are.
  const tail = new Float64Array(POINTS + 1);
  for (const part of waits) {
    const exceeds = tailOf(part);
    for (let i = 0; i <= POINTS; i++) {
      const above = exceeds(far * (i / POINTS) ** 2);
      if (above < NONE) break;
      tail[i]! += part.weight * above;
    }
  }
  return (seconds) => {
    if (seconds < 0) return 1;
    const at = Math.sqrt(seconds / far) * POINTS;
    const below = Math.floor(at);
    if (below >= POINTS) return 0;
    return tail[below]! + (tail[below + 1]! - tail[below]!) * (at - below);
  };
}

/** 95th percentile of a prompt's own time and an independent wait. */
function sumP95(own: readonly OwnTime[], tail: (seconds: number) => number): number {
  let low = 0;
  let high = 2 * Math.max(...own.map(({ seconds }) => seconds));
  const above = (x: number): number =>
    own.reduce((sum, { weight, seconds }) => sum + weight * tail(x - seconds), 0);
  while (above(high) > 0.05) high *= 2;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (above(middle) > 0.05) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** What prompts of mean length wait, besides their own time. */
function waitsOf({ firstToken: d, steps: s }: OpenState): readonly Part[] {
  const { work } = s;
  const parts: Part[] = [];
  const free = 1 - d.slots.waiting;
  /** Waits evenly spread around `mean` above `from`, or as a gamma of this mean and variance. */
  const add = (share: number, from: number, mean: number, variance: number, even: boolean): void => {
    const weight = share * free;
    if (weight < RARE) return;
    if (even && work.variation < 0.01) parts.push({ weight, least: from, width: 2 * mean });
    else parts.push({ weight, least: from, mean: from + mean, variance });
  };
  if (d.slots.waiting >= RARE) {
    const mean = d.slotWaitSeconds / d.slots.waiting;
    parts.push({ weight: d.slots.waiting, least: 0, mean, variance: d.slots.waitVariation * mean * mean });
  }
  const shared = 1 - s.oneByOne;
  if (shared > 0) {
    const { shares, lengths } = gatedSteps(s, d.rate);
    const mixed = shares.slice(1).reduce((sum, share) => sum + share, 0);
    add(shared * Math.max(0, 1 - Math.max(d.busy, mixed)), 0, 0, 0, true);
    shares.forEach((share, j) => {
      const weight = shared * (j === 0 ? Math.max(0, Math.max(d.busy, mixed) - mixed) : share);
      if (weight < RARE) return;
      const { length, variance } = lengths[j]!;
      const perLength = 0.5 + d.rate * s.furtherPrompt;
      const behind = d.rate * (length + d.laterSeconds);
      const own = length ** 2 / 12 + perLength ** 2 * variance;
      // Prompts of varied length: how many share the step, and how long they are, is one spread.
      if (work.variation >= 0.01) {
        const fromOthers = behind * s.furtherPrompt ** 2 * (1 + work.variation);
        add(weight, 0, length / 2 + behind * s.furtherPrompt, own + fromOthers, true);
        return;
      }
      poisson(behind).forEach((q, others) => {
        const fromOthers = others * s.furtherPrompt ** 2 * work.variation;
        add(weight * q, others * s.furtherPrompt, length / 2, own + fromOthers, true);
      });
    });
  }
  if (s.oneByOne > 0) {
    const { used } = d;
    const second = d.serviceSeconds ** 2 * (1 + work.variation);
    const third = d.serviceSeconds ** 3 * (1 + work.variation) ** 3;
    const wait = (d.rate * second) / (2 * (1 - used));
    const waitSquare = 2 * wait * wait + (d.rate * third) / (3 * (1 - used));
    const rest = ((1 - Math.exp(-s.batch)) * s.plainStep) / 2;
    const waited = wait / used + rest;
    /** Those behind who come before the prompt's last step use up its budget. */
    const single = (weight: number, mean: number, variance: number, even: boolean): void => {
      poisson(d.rate * (d.beforeLastSeconds + mean)).forEach((q, behind) => {
        const filling = s.firstPrompt * Math.min(behind, d.roomForOthers);
        add(s.oneByOne * weight * q, filling, mean, variance, even);
      });
    };
    single((1 - used) * (1 - d.busy), 0, 0, true);
    single((1 - used) * d.busy, rest, rest ** 2 / 3, true);
    single(used, waited, waitSquare / used - (wait / used) ** 2, false);
  }
  return parts;
}

/**
 * Steps by the number of prompts in them, as gated service makes them: who arrives in one is computed in the next.
 * Their shares of time, and their lengths as one who arrives finds them.
 */
function gatedSteps(s: OpenSteps, rate: number) {
  const { variation } = s.work;
  const lengths = Array.from(
    { length: MOST_PROMPTS },
    (_, j) => s.plainStep + (j > 0 ? s.firstPrompt + (j - 1) * s.furtherPrompt : 0),
  );
  const arrivals = lengths.map((length) => poisson(rate * length));
  let steps: number[] = poisson(rate * s.meanStep);
  for (let i = 0; i < SETTLING; i++) {
    const after = new Array<number>(MOST_PROMPTS).fill(0);
    steps.forEach((p, j) => {
      arrivals[j]!.forEach((q, n) => {
        after[n]! += p * q;
      });
    });
    steps = after;
  }
  const prompts = steps.reduce((sum, p, j) => sum + p * j, 0);
  // A long step catches more arrivals: its prompts are longer than the mean, and spread more.
  const { firstPrompt: first, furtherPrompt: further } = s;
  return {
    shares: steps.map((p, j) => (prompts > 0 ? (rate * p * lengths[j]!) / prompts : 0)),
    lengths: lengths.map((length, j) => {
      if (j === 0) return { length, variance: 0 };
      const own = first * first + (j - 1) * further * further;
      return {
        length: length + (own * variation) / length,
        variance: variation * (own + first * first * variation * (2 + variation)),
      };
    }),
  };
}

/** Probabilities of 0, 1, 2, ... of a Poisson number; what lies beyond the last counts as the last. */
function poisson(mean: number): number[] {
  const result = [Math.exp(-mean)];
  let sum = result[0]!;
  for (let j = 1; j < MOST_PROMPTS && sum < 1 - RARE; j++) {
    result.push((result[j - 1]! * mean) / j);
    sum += result[j]!;
  }
  result[result.length - 1]! += 1 - sum;
  return result;
}
