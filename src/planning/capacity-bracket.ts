import { IDLE_REQUESTS_PER_SECOND, type Shortfall } from '../performance/capacity';

const HIGHEST_RATE = 1e5;
/** Leaves the rate within 0.3 percent: far inside the model's own error. */
const BISECTIONS = 13;

/**
 * The highest rate without a problem (requests per second of one rank), narrowed only as far as it is asked. The
 * steps do not depend on the questions, so that a bound and the full answer never disagree; and where one
 * requirement is problem-free at every rate that another is, its answer is never lower.
 */
export class CapacityBracket {
  private good = 0;
  private bad = HIGHEST_RATE;
  private bisections = 0;
  private shortfall: Shortfall | null = null;

  constructor(private readonly problemAt: (rate: number) => Shortfall | null) {}

  /** Whether the capacity is at least this rate. */
  atLeast(rate: number): boolean {
    while (this.good < rate && this.bad > rate && !this.done) this.step();
    return this.good >= rate;
  }

  /** The capacity, 0 when even an idle engine fails, and what limits it. */
  settle(): { readonly requestsPerSecond: number; readonly limitedBy: string } {
    while (!this.done) this.step();
    return { requestsPerSecond: this.good, limitedBy: this.shortfall?.limit ?? 'nothing' };
  }

  private get started(): boolean {
    return this.good > 0 || this.bad === IDLE_REQUESTS_PER_SECOND;
  }

  private get done(): boolean {
    return this.bad === IDLE_REQUESTS_PER_SECOND || this.bisections === BISECTIONS;
  }

  private step(): void {
    const rate = this.started ? Math.sqrt(this.good * this.bad) : IDLE_REQUESTS_PER_SECOND;
    if (this.started) this.bisections++;
    const problem = this.problemAt(rate);
    if (problem === null) this.good = rate;
    else {
      this.bad = rate;
      this.shortfall = problem;
    }
  }
}
