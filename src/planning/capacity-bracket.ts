import { IDLE_REQUESTS_PER_SECOND } from '../performance/highest-rate';

const HIGHEST_RATE = 1e5;
/** Leaves the rate within 0.3 percent: far inside the model's own error. */
const BISECTIONS = 13;
/**
 * Where a rate has a problem, so has every rate that is higher by this factor. Percentiles are found by halving, so that
 * very near a target they may seem to fall a little as the rate rises; test/planning/capacity-bracket.test.ts looks.
 */
export const CLEARLY = 1.03;

/**
 * The highest rate without a problem (requests per second of one rank), narrowed only as far as it is asked. The
 * steps do not depend on the questions, so that a bound and the full answer never disagree; and where one
 * requirement is problem-free at every rate that another is, its answer is never lower.
 */
export class CapacityBracket {
  private good = 0;
  private bad = HIGHEST_RATE;
  private bisections = 0;
  /** Rates up to which, and from which on, the answer of a step is known without looking. */
  private clearlyGood = 0;
  private clearlyBad: number;

  /** @param bound every rate from it on has a problem */
  constructor(
    private readonly holdsAt: (rate: number) => boolean,
    bound: number,
  ) {
    this.clearlyBad = bound;
  }

  /** Whether the capacity is at least this rate. */
  atLeast(rate: number): boolean {
    if (this.good < rate && this.bad > rate && !this.done) this.look(rate);
    if (rate >= this.clearlyBad) return false;
    while (this.good < rate && this.bad > rate && !this.done) this.step();
    return this.good >= rate;
  }

  /** The capacity, 0 when even an idle engine fails, and the rate just above it that has a problem. */
  settle(): { readonly requestsPerSecond: number; readonly tooMuch: number } {
    while (!this.done) this.step();
    return { requestsPerSecond: this.good, tooMuch: this.bad };
  }

  private get started(): boolean {
    return this.good > 0 || this.bad === IDLE_REQUESTS_PER_SECOND;
  }

  private get done(): boolean {
    return this.bad === IDLE_REQUESTS_PER_SECOND || this.bisections === BISECTIONS;
  }

  /** Looks once whether a rate is clearly out of reach, which most rates asked for are; that spares many steps. */
  private look(rate: number): void {
    if (rate >= this.clearlyBad || rate <= this.clearlyGood * CLEARLY ** 2) return;
    const near = rate / CLEARLY;
    if (this.holdsAt(near)) this.clearlyGood = near / CLEARLY;
    else this.clearlyBad = rate;
  }

  private step(): void {
    const rate = this.started ? Math.sqrt(this.good * this.bad) : IDLE_REQUESTS_PER_SECOND;
    if (this.started) this.bisections++;
    if (rate <= this.clearlyGood || (rate < this.clearlyBad && this.holdsAt(rate))) this.good = rate;
    else this.bad = rate;
  }
}
