/**
 * Rates of an engine whose prompts come one by one beside sequences that decode, by the number that decode; per second.
 * At `slots` decoding sequences no prompt is at work, so that the last entry of `prompt` is never used.
 */
export interface ChainRates {
  readonly arrivals: number;
  /** A prompt at work ends. */
  readonly prompt: readonly number[];
  /** One of the sequences ends: while no prompt is at work, and beside one. */
  readonly decode: readonly number[];
  readonly beside: readonly number[];
}

/** Means over time. */
export interface ChainMeans {
  /** Sequences that decode; requests whose prompt is not computed yet. */
  readonly decoding: number;
  readonly prompts: number;
  /** Probability that as many requests are there as there are slots. */
  readonly full: number;
  /** Prompts in line when one ends, as far as there are slots for them. */
  readonly behind: number;
}

/** Numbers of prompts that are told apart; from here on their number falls geometrically. */
const LEVELS = 6;
const SIZE = LEVELS + 1;
const HALVINGS = 16;

/**
 * Prompts in line and sequences that decode, as a Markov chain of exponential times: a prompt is at work while there is one
 * and a slot is free, and becomes a sequence. Balanced exactly by the number that decode (block tridiagonal, Neuts 1981);
 * the line behind them falls off as its longest tail does.
 */
export function slotChain(rates: ChainRates, slots: number): ChainMeans {
  const { arrivals, prompt, decode, beside } = rates;
  const tail = tailRatio(rates, slots);
  // From the bottom: what has passed through fewer sequences comes back to this number of them.
  const returns: Float64Array[] = [];
  for (let d = 0; d <= slots; d++) {
    const block = new Float64Array(SIZE * SIZE);
    const up = d < slots ? prompt[d]! : 0;
    for (let m = 0; m < SIZE; m++) {
      const down = m === 0 || d === slots ? decode[d]! : beside[d]!;
      block[m * SIZE + m] = down + (m > 0 ? up : 0) + (m < LEVELS ? arrivals : 0);
      if (m < LEVELS) block[m * SIZE + m + 1] = -arrivals;
      if (d === 0) continue;
      const below = returns[d - 1]!;
      const flow = down * prompt[d - 1]!;
      for (let n = 1; n < SIZE; n++) {
        const there = flow * below[m * SIZE + n]!;
        if (n < LEVELS) block[m * SIZE + n - 1]! -= there;
        else {
          block[m * SIZE + n - 1]! -= (1 - tail) * there;
          block[m * SIZE + n]! -= tail * there;
        }
      }
    }
    if (d < slots) invert(block);
    returns.push(block);
  }
  // From the top, where the balance determines all but the scale.
  let now = stationary(returns[slots]!);
  const sums = { total: 0, decoding: 0, prompts: 0, full: 0, ended: 0, behind: 0 };
  for (let d = slots; ; d--) {
    for (let m = 0; m < SIZE; m++) {
      const p = now[m]!;
      sums.total += p;
      sums.decoding += d * p;
      sums.prompts += p * (m < LEVELS ? m : LEVELS + tail / (1 - tail));
      if (m + d >= slots) sums.full += p;
      else if (m === LEVELS) sums.full += p * tail ** (slots - d - LEVELS);
    }
    if (d < slots) {
      // What ends takes a slot itself; a line of all lengths stands behind the last level.
      const room = slots - 1 - d;
      const rest = room < LEVELS ? 0 : (tail * (1 - tail ** (room - LEVELS + 1))) / (1 - tail);
      for (let m = 1; m < SIZE; m++) {
        const ended = now[m]! * prompt[d]!;
        sums.ended += ended;
        sums.behind += ended * (Math.min(m - 1, room) + (m === LEVELS ? rest : 0));
      }
    }
    if (d === 0) break;
    const next = new Float64Array(SIZE);
    const below = returns[d - 1]!;
    for (let m = 0; m < SIZE; m++) {
      const flow = now[m]! * (m === 0 || d === slots ? decode[d]! : beside[d]!);
      for (let n = 0; n < SIZE; n++) next[n]! += flow * below[m * SIZE + n]!;
    }
    now = next;
  }
  const { total } = sums;
  return {
    decoding: sums.decoding / total,
    prompts: sums.prompts / total,
    full: sums.full / total,
    behind: sums.behind / sums.ended,
  };
}

/** Requests per second that the chain serves when prompts always wait. */
export function chainCapacity({ prompt, decode, beside }: ChainRates, slots: number): number {
  // Downwards, so that no number becomes too large.
  let weight = 1;
  let total = 1;
  let served = 0;
  for (let d = slots - 1; d >= 0; d--) {
    const flow = weight * (d === slots - 1 ? decode : beside)[d + 1]!;
    weight = flow / prompt[d]!;
    total += weight;
    served += flow;
  }
  return served / total;
}

/**
 * By how much one more in line is less likely, in a long line: the largest z < 1 at which arrivals + z (rates at one number
 * in line) + z^2 (prompts that end) is singular. That is a tridiagonal symmetric matrix; Sturm's pivots count its signs.
 */
function tailRatio({ arrivals, prompt, decode, beside }: ChainRates, slots: number): number {
  let low = 0;
  let high = 1 - 1e-6;
  for (let i = 0; i < HALVINGS; i++) {
    const z = (low + high) / 2;
    let positive = false;
    let pivot = 1;
    for (let d = 0; d <= slots && !positive; d++) {
      const up = d < slots ? prompt[d]! : 0;
      const down = d < slots ? beside[d]! : decode[d]!;
      const own = arrivals / z - arrivals - up - down;
      pivot = d === 0 ? own : own - (z * down * prompt[d - 1]!) / pivot;
      positive = pivot > 0;
    }
    if (positive) low = z;
    else high = z;
  }
  return low;
}

/** In place; of a matrix whose diagonal dominates, so that no pivot needs to be looked for. */
function invert(a: Float64Array): void {
  for (let i = 0; i < SIZE; i++) {
    const pivot = 1 / a[i * SIZE + i]!;
    a[i * SIZE + i] = 1;
    for (let j = 0; j < SIZE; j++) a[i * SIZE + j]! *= pivot;
    for (let k = 0; k < SIZE; k++) {
      if (k === i) continue;
      const factor = a[k * SIZE + i]!;
      a[k * SIZE + i] = 0;
      for (let j = 0; j < SIZE; j++) a[k * SIZE + j]! -= factor * a[i * SIZE + j]!;
    }
  }
}

/** A row that this singular matrix takes to zero. */
function stationary(a: Float64Array): Float64Array {
  // Censored on fewer and fewer states, and back (Grassmann, Taksar and Heyman 1985).
  for (let k = SIZE - 1; k > 0; k--) {
    let out = 0;
    for (let j = 0; j < k; j++) out -= a[k * SIZE + j]!;
    for (let i = 0; i < k; i++) {
      const share = -a[i * SIZE + k]! / out;
      a[i * SIZE + k] = share;
      for (let j = 0; j < k; j++) a[i * SIZE + j]! += share * a[k * SIZE + j]!;
    }
  }
  const row = new Float64Array(SIZE);
  row[0] = 1;
  for (let k = 1; k < SIZE; k++) for (let i = 0; i < k; i++) row[k]! += row[i]! * a[i * SIZE + k]!;
  return row;
}
