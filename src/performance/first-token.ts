import type { OpenState } from './open-loop';
import type { OpenSteps } from './open-steps';
import { type Spread, tailOf } from './queueing';

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
  /** In the engine, and there before the last step. */
  readonly engineSeconds: number;
  readonly beforeLastSeconds: number;
  /** Others that find room in its steps, if it begins them. */
  readonly room: number;
}

/** Requests that are so late already, by what more they wait. */
interface Case {
  readonly weight: number;
  readonly seconds: number;
  readonly tail: (seconds: number) => number;
}

/**
 * TTFT is the front end, the prompt's own steps, and the wait. Gated: an arrival falls into a step with so many prompts
 * (longer steps catch more), waits for its end, and shares the next one with so many others. One by one: nobody waits
 * (but for a step's end), or the M/G/1 wait of those who do. Who waits for a slot waits for nothing else.
 */
export function firstTokenP95(state: OpenState, own: readonly OwnTime[]): number {
  // Among other ranks they keep their shape and are as much shorter as on average.
  const { waits: shorter } = state.ranks;
  const cases: Case[] = [];
  const parts = waitsOf(state);
  const together = own.length === 1 ? parts.map((part) => ({ weight: part.weight, tail: tailOf(part) })) : parts.length > 0 ? [tailOfAll(parts)] : [];
  for (const { weight, seconds } of own)
    for (const wait of together) cases.push({ weight: weight * wait.weight, seconds, tail: wait.tail });
  if (state.steps.oneByOne > 0) oneByOne(state, own, (c) => cases.push(c));
  return p95Of(cases, shorter);
}

export function oneByOne({ firstToken: d, steps: s }: OpenState, own: readonly OwnTime[], add: (c: Case) => void): void {
  const { used, rate } = d;
  const share = s.oneByOne * (1 - d.slots.waiting);
  const decoding = 1 - Math.exp(-s.batch);
  const rest = (decoding * s.plainStep) / 2;
  let first = 0;
  let second = 0;
  let third = 0;
  for (const { weight, engineSeconds } of own) {
    first += weight * engineSeconds;
    second += weight * engineSeconds ** 2;
    third += weight * engineSeconds ** 3;
  }
  const residual = (d.serviceSeconds * (1 + s.work.variation)) / 2;
  const turn = (2 * residual * first) / second;
  const residualSquare = (turn ** 2 * third) / (3 * first);
  const wait = (used * residual) / (1 - used);
  const waitSquare = 2 * wait * wait + (used * residualSquare) / (1 - used);
  const restVariance = (decoding * s.plainStep ** 2) / 3 - rest * rest;
  const later = 2 * residual + wait + rest;
  const laterVariance = 2 * (residualSquare - residual ** 2) + waitSquare - wait ** 2 + restVariance;
  const uniform = own.map(({ weight, engineSeconds }) => ({ weight: (weight * engineSeconds) / first, least: 0, width: turn * engineSeconds + 2 * rest }));
  const groups = [
    { weight: (1 - used) * (1 - decoding), mean: 0, tail: (x: number) => (x < 0 ? 1 : 0) },
    { weight: (1 - used) * decoding, mean: s.plainStep / 2, tail: tailOf({ least: 0, width: s.plainStep }) },
    { weight: used * (1 - used), mean: residual + rest, tail: tailOfAll(uniform).tail },
    { weight: used * used, mean: later, tail: own.length === 1 ? tailOf({ least: 0, mean: later, variance: laterVariance }) : tailOfAll([{ weight: 1, least: 0, mean: later, variance: laterVariance }]).tail },
  ];
  own.forEach((prompt) => {
    for (const { weight, mean, tail } of groups) {
      const all = share * prompt.weight * weight;
      poisson(rate * (prompt.beforeLastSeconds + mean)).forEach((q, behind) => {
        const room = mean > s.plainStep ? d.roomForOthers : prompt.room;
        add({ weight: all * q, seconds: prompt.seconds + s.firstPrompt * Math.min(behind, room), tail });
      });
    }
  });
}

/** Points at which the tail of the waits is known, and standard deviations above the mean up to which. */
const POINTS = 28;
const FAR = 6;
const NONE = 1e-5;
const BISECTIONS = 18;

/** Probability that a wait exceeds so many seconds, between points that it is computed at. */
export function tailOfAll(waits: readonly Part[]): { weight: number; tail: (seconds: number) => number } {
  let mean = 0;
  let square = 0;
  let weight = 0;
  for (const part of waits) weight += part.weight;
  for (const part of waits) {
    const centre = 'width' in part ? part.least + part.width / 2 : part.mean;
    mean += (part.weight / weight) * centre;
    square += (part.weight / weight) * (centre * centre + ('width' in part ? part.width ** 2 / 12 : part.variance));
  }
  const far = mean + FAR * Math.sqrt(Math.max(square - mean * mean, 0)) + 1e-9;
  // Close together where most waits are.
  const tail = new Float64Array(POINTS + 1);
  for (const part of waits) {
    const exceeds = tailOf(part);
    for (let i = 0; i <= POINTS; i++) {
      const above = exceeds(far * (i / POINTS) ** 2);
      if (above < NONE) break;
      tail[i]! += (part.weight / weight) * above;
    }
  }
  return {
    weight,
    tail: (seconds) => {
      if (seconds < 0) return 1;
      const at = Math.sqrt(seconds / far) * POINTS;
      const below = Math.floor(at);
      if (below >= POINTS) return 0;
      return tail[below]! + (tail[below + 1]! - tail[below]!) * (at - below);
    },
  };
}

/** 95th percentile of a prompt's own time and an independent wait. */
function p95Of(cases: readonly Case[], shorter: number): number {
  let low = 0;
  let high = 2 * Math.max(...cases.map(({ seconds }) => seconds));
  let all = 0;
  for (const { weight } of cases) all += weight;
  const above = (x: number): number =>
    cases.reduce((sum, { weight, seconds, tail }) => sum + weight * tail((x - seconds) / shorter), 0);
  while (above(high) > 0.05 * all) high *= 2;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (above(middle) > 0.05 * all) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** What prompts of mean length wait, besides their own time. */
export function waitsOf({ firstToken: d, steps: s }: OpenState): readonly Part[] {
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
