const SMALLEST_SECONDS = 1e-4;
const BUCKETS_PER_DECADE = 20;
const BUCKETS = 8 * BUCKETS_PER_DECADE;

/** Upper edge of a bucket in seconds, and how many fell into it. */
export type Bucket = [atMostSeconds: number, count: number];

/** A histogram to look at: 20 buckets a decade (12% wide) from 0.1 ms; empty buckets are left out. */
export class CoarseHistogram {
  private readonly counts = new Float64Array(BUCKETS);

  add(seconds: number): void {
    const at = Math.ceil(
      Math.log10(Math.max(seconds, SMALLEST_SECONDS) / SMALLEST_SECONDS) * BUCKETS_PER_DECADE,
    );
    const bucket = Math.min(at, BUCKETS - 1);
    this.counts[bucket] = this.counts[bucket]! + 1;
  }

  buckets(): Bucket[] {
    return [...this.counts].flatMap((count, i): Bucket[] =>
      count === 0
        ? []
        : [[Number((SMALLEST_SECONDS * 10 ** (i / BUCKETS_PER_DECADE)).toPrecision(4)), count]],
    );
  }
}
