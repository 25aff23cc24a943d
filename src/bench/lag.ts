import { nowSeconds } from './clock';

const TICK_SECONDS = 0.002;

/**
 * How late this program runs what is due: a timer every 2 ms and how late it fires. A pause longer than a tick also
 * counts for the ticks it swallowed (HdrHistogram's correction), else a frozen client would look like one late tick.
 * Timers have a grain of a millisecond; that grain is part of the figure.
 */
export class LagMeter {
  private expectedAt = nowSeconds() + TICK_SECONDS;
  private timer: NodeJS.Timeout | null = null;
  /** Bounded memory: beyond this, every second sample is dropped and from then on as many are kept. */
  private static readonly MOST = 200_000;
  private readonly lateness = new Float64Array(LagMeter.MOST);
  private kept = 0;
  private stride = 1;
  private seen = 0;

  start(): void {
    this.expectedAt = nowSeconds() + TICK_SECONDS;
    this.schedule();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** Seconds late at this probability; 0 before the first tick. */
  quantile(probability: number): number {
    const sorted = this.lateness.slice(0, this.kept).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(probability * sorted.length))] ?? 0;
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      const now = nowSeconds();
      for (let late = Math.max(0, now - this.expectedAt); late >= 0; late -= TICK_SECONDS) this.add(late);
      this.expectedAt = now + TICK_SECONDS;
      this.schedule();
    }, TICK_SECONDS * 1000);
  }

  private add(late: number): void {
    if (this.seen++ % this.stride !== 0) return;
    this.lateness[this.kept++] = late;
    if (this.kept < LagMeter.MOST) return;
    for (let i = 0; i < this.kept; i += 2) this.lateness[i / 2] = this.lateness[i]!;
    this.kept /= 2;
    this.stride *= 2;
  }
}
