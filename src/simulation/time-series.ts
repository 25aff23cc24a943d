const POINTS = 256;
const QUANTITIES = 3;

/** One point of the series: means over its span, summed over replicas. */
export interface SeriesPoint {
  readonly fromSeconds: number;
  readonly usedBlocks: number;
  readonly running: number;
  readonly waiting: number;
}

/**
 * Means over equal spans of time, never more than 256 of them: when the run outgrows them, neighbours are merged and
 * the span doubles.
 */
export class TimeSeries {
  private readonly sums = new Float64Array(POINTS * QUANTITIES);
  private spanSeconds = 1 / 64;
  private endSeconds = 0;

  add(from: number, to: number, usedBlocks: number, running: number, waiting: number): void {
    while (to > this.spanSeconds * POINTS) this.merge();
    if (to > this.endSeconds) this.endSeconds = to;
    let at = from;
    while (at < to) {
      const point = Math.min(Math.floor(at / this.spanSeconds), POINTS - 1);
      const next = point === POINTS - 1 ? to : Math.min((point + 1) * this.spanSeconds, to);
      const seconds = next - at;
      const sum = point * QUANTITIES;
      this.sums[sum] = this.sums[sum]! + usedBlocks * seconds;
      this.sums[sum + 1] = this.sums[sum + 1]! + running * seconds;
      this.sums[sum + 2] = this.sums[sum + 2]! + waiting * seconds;
      // At a boundary rounding may put `at` into the point it has just left.
      at = next > at ? next : to;
    }
  }

  points(): { readonly spanSeconds: number; readonly points: SeriesPoint[] } {
    const points: SeriesPoint[] = [];
    for (let i = 0; i * this.spanSeconds < this.endSeconds; i++) {
      const seconds = Math.min(this.spanSeconds, this.endSeconds - i * this.spanSeconds);
      const mean = (quantity: number): number => this.sums[i * QUANTITIES + quantity]! / seconds;
      points.push({
        fromSeconds: i * this.spanSeconds,
        usedBlocks: mean(0),
        running: mean(1),
        waiting: mean(2),
      });
    }
    return { spanSeconds: this.spanSeconds, points };
  }

  private merge(): void {
    const { sums } = this;
    for (let i = 0; i < POINTS * QUANTITIES; i++) {
      const point = Math.floor(i / QUANTITIES);
      const left = 2 * point * QUANTITIES + (i % QUANTITIES);
      sums[i] = point < POINTS / 2 ? sums[left]! + sums[left + QUANTITIES]! : 0;
    }
    this.spanSeconds *= 2;
  }
}
