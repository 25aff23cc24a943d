import { nowSeconds } from './clock';

const TICK_SECONDS = 0.002;

/**
 * How late this program runs what is due: a timer every 2 ms and how late it fires. A pause longer than a tick also
 * counts for the ticks it swallowed (HdrHistogram's correction), else a frozen client would look like one late tick.
 * Timers have a grain of a millisecond; that grain is part of the figure.
 */
export class LagMeter {
  private readonly lateness: number[] = [];
  private expectedAt = nowSeconds() + TICK_SECONDS;
  private timer: NodeJS.Timeout | null = null;
  /** Bounded memory: beyond this, every second sample is dropped and from then on as many are kept. */
  private static readonly MOST = 200_000;
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
    const sorted = Float64Array.from(this.lateness).sort();
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
    this.lateness.push(late);
    if (this.lateness.length < LagMeter.MOST) return;
    let kept = 0;
    for (let i = 0; i < this.lateness.length; i += 2) this.lateness[kept++] = this.lateness[i]!;
    this.lateness.length = kept;
    this.stride *= 2;
  }
}
