import { distributionOf, distributionOfHistogram } from '../simulation/distribution';
import { DurationHistogram } from '../simulation/histogram';
import { type Bucket, CoarseHistogram } from './coarse-histogram';
import type { ErrorKind, Outcome } from './outcome';
import type { Observed, Point } from './result';
import { keepingUp, tokensWithin } from './served';

export interface Slo {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
}

type Measured = Pick<
  Point,
  | 'requests'
  | 'tokens'
  | 'windowSeconds'
  | 'requestsPerSecond'
  | 'outputTokensPerSecond'
  | 'totalTokensPerSecond'
  | 'ttftSeconds'
  | 'tpotSeconds'
  | 'itlSeconds'
  | 'e2eSeconds'
  | 'histograms'
  | 'goodput'
  | 'drift'
  | 'servedShare'
  | 'observed'
> & { readonly latenessP99Seconds: number; readonly inputTokens: number; readonly outputTokens: number };

/** The figures of a request that went well. */
interface Good {
  readonly intendedAt: number;
  readonly ttft: number;
  /** NaN for a one-token answer: it has no time between tokens. */
  readonly tpot: number;
  readonly e2e: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number | null;
}

/**
 * Keeps what is measured, a few numbers a request and a bucket a gap, whatever the length of the run. Requests that
 * started before `measureFrom` warm the endpoint up and count only in `tokens`.
 */
export class Recorder {
  /** The numbers of each request that went well, one after the other: 48 bytes where an object takes 200. */
  private readonly kept: number[] = [];
  private readonly lateness: number[] = [];
  private readonly errors: Partial<Record<ErrorKind, number>> = {};
  private readonly messages: Partial<Record<ErrorKind, string>> = {};
  private readonly gaps = new DurationHistogram();
  private readonly gapBuckets = new CoarseHistogram();
  private warmUp = 0;
  private measured = 0;
  private reopened = 0;
  private input = 0;
  private output = 0;
  private counted = true;
  /** First token, last token and tokens of each answer to what the warm-up asked: some come after it. */
  private readonly early: number[] = [];

  /** @param measureFrom on the clock of `nowSeconds` @param now that clock */
  constructor(
    private readonly measureFrom: number,
    private readonly measureUntil: number,
    private readonly now: () => number,
  ) {}

  /** A gap between two chunks of text. */
  gap(seconds: number): void {
    const now = this.now();
    if (now < this.measureFrom || now > this.measureUntil) return;
    this.gaps.addRun(seconds, 0, 1, 1);
    this.gapBuckets.add(seconds);
  }

  outcome(o: Outcome): void {
    if (o.reopened) this.reopened++;
    if (o.error === null) {
      this.input += o.inputTokens;
      this.output += o.outputTokens;
      if (!o.counted) this.counted = false;
    }
    if (o.intendedAt < this.measureFrom) {
      this.warmUp++;
      if (o.error !== null) this.fail(o.error, o.detail);
      else this.early.push(o.firstTokenAt, o.lastTokenAt, o.outputTokens);
      return;
    }
    this.measured++;
    this.lateness.push(o.sentAt - o.intendedAt);
    if (o.error !== null) {
      this.fail(o.error, o.detail);
      return;
    }
    this.kept.push(
      o.intendedAt,
      o.firstTokenAt - o.intendedAt,
      o.lastTokenAt - o.intendedAt,
      o.inputTokens,
      o.outputTokens,
      o.cachedTokens ?? Number.NaN,
    );
  }

  /**
   * @param issuedAt when requests ceased to come. Rates are taken until then: what is in flight is served after it by an
   *   engine that has ever less to do. Where that is no longer than an answer takes, there is no steady load to take
   *   them of, and they are those of the whole run until its last token, as vLLM's benchmark counts
   * @param endedAt when the last request had ended
   */
  measure(issuedAt: number, slo: Slo | null, endedAt = issuedAt): Measured {
    const good = goodOf(this.kept);
    const mean = (of: (g: Good) => number): number =>
      good.length > 0 ? good.reduce((sum, g) => sum + of(g), 0) / good.length : 0;
    const offeredSeconds = issuedAt - this.measureFrom;
    const steady = offeredSeconds > mean((g) => g.e2e);
    const windowEndsAt = steady ? issuedAt : endedAt;
    const windowSeconds = Math.max(0, windowEndsAt - this.measureFrom);
    const perSecond = (amount: number): number => (windowSeconds > 0 ? amount / windowSeconds : 0);
    const tpots = good.map(({ tpot }) => tpot).filter((tpot) => !Number.isNaN(tpot));
    const meets =
      slo && good.filter((g) => g.ttft <= slo.ttftSeconds && (g.tpot || 0) <= slo.tpotSeconds).length;
    const outputTokensPerSecond = perSecond(
      tokensWithin([...this.early, ...good.flatMap(answerOf)], this.measureFrom, windowEndsAt),
    );
    const inputTokens = mean((g) => g.inputTokens);
    const outputTokens = mean((g) => g.outputTokens);
    const drift = driftOf(good);
    return {
      requests: {
        started: this.warmUp + this.measured,
        warmUp: this.warmUp,
        measured: this.measured,
        succeeded: good.length,
        reopened: this.reopened,
        errors: this.errors,
        messages: this.messages,
      },
      tokens: { input: this.input, output: this.output, statedByServer: this.counted && this.output > 0 },
      windowSeconds,
      requestsPerSecond: outputTokens > 0 ? outputTokensPerSecond / outputTokens : 0,
      outputTokensPerSecond,
      totalTokensPerSecond: outputTokensPerSecond * (outputTokens > 0 ? 1 + inputTokens / outputTokens : 1),
      ttftSeconds: spread(good.map(({ ttft }) => ttft)),
      tpotSeconds: spread(tpots),
      itlSeconds: this.gaps.count > 0 ? distributionOfHistogram(this.gaps) : null,
      e2eSeconds: spread(good.map(({ e2e }) => e2e)),
      histograms: {
        ttft: bucketsOf(good.map(({ ttft }) => ttft)),
        tpot: bucketsOf(tpots),
        itl: this.gapBuckets.buckets(),
        e2e: bucketsOf(good.map(({ e2e }) => e2e)),
      },
      goodput:
        slo === null
          ? null
          : {
              ...slo,
              requestsPerSecond: perSecond(meets ?? 0),
              share: this.measured > 0 ? (meets ?? 0) / this.measured : 0,
            },
      drift,
      servedShare: steady && drift !== null ? keepingUp(drift, outputTokens, offeredSeconds) : null,
      observed: observedOf(good, outputTokens > 0 ? outputTokensPerSecond / outputTokens : 0),
      latenessP99Seconds: spread(this.lateness)?.p99 ?? 0,
      inputTokens,
      outputTokens,
    };
  }

  private fail(kind: ErrorKind, message: string): void {
    this.errors[kind] = (this.errors[kind] ?? 0) + 1;
    this.messages[kind] ??= message;
  }
}

const NUMBERS_KEPT = 6;

function goodOf(kept: readonly number[]): Good[] {
  return Array.from({ length: kept.length / NUMBERS_KEPT }, (_, i) => {
    const [intendedAt, ttft, e2e, inputTokens, outputTokens, cachedTokens] = kept.slice(
      i * NUMBERS_KEPT,
      (i + 1) * NUMBERS_KEPT,
    ) as [number, number, number, number, number, number];
    return {
      intendedAt,
      ttft,
      tpot: outputTokens > 1 ? (e2e - ttft) / (outputTokens - 1) : Number.NaN,
      e2e,
      inputTokens,
      outputTokens,
      cachedTokens: Number.isNaN(cachedTokens) ? null : cachedTokens,
    };
  });
}

const answerOf = ({ intendedAt, ttft, e2e, outputTokens }: Good): number[] => [
  intendedAt + ttft,
  intendedAt + e2e,
  outputTokens,
];

const spread = (values: readonly number[]): ReturnType<typeof distributionOf> | null =>
  values.length === 0 ? null : distributionOf(Float64Array.from(values));

function bucketsOf(values: readonly number[]): Bucket[] {
  const histogram = new CoarseHistogram();
  for (const value of values) histogram.add(value);
  return histogram.buckets();
}

/** Mean, and its standard error relative to it. */
function meanOf(values: readonly number[]): { mean: number; relativeError: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2 || mean === 0) return { mean, relativeError: 1 };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, relativeError: Math.sqrt(squares / (values.length - 1) / values.length) / mean };
}

/** Too few to say anything of a third. */
const FEWEST_TO_COMPARE = 15;

function driftOf(good: readonly Good[]): Point['drift'] {
  if (good.length < FEWEST_TO_COMPARE) return null;
  const byStart = [...good].sort((a, b) => a.intendedAt - b.intendedAt);
  const third = Math.floor(byStart.length / 3);
  const first = byStart.slice(0, third);
  const last = byStart.slice(-third);
  const tpot = (some: readonly Good[]): number => meanOf(some.map((g) => g.tpot || 0)).mean;
  const ttft = (some: readonly Good[]): number => meanOf(some.map((g) => g.ttft)).mean;
  return { ttftFirst: ttft(first), ttftLast: ttft(last), tpotFirst: tpot(first), tpotLast: tpot(last) };
}

function observedOf(good: readonly Good[], requestsPerSecond: number): Observed | null {
  const tpots = good.map(({ tpot }) => tpot).filter((tpot) => !Number.isNaN(tpot));
  if (good.length < FEWEST_TO_COMPARE || tpots.length < FEWEST_TO_COMPARE) return null;
  const byLength = [...good].sort((a, b) => a.inputTokens - b.inputTokens);
  const half = Math.ceil(byLength.length / 2);
  const halfOf = (some: readonly Good[]): Observed['shortPrompts'] => {
    const { mean, relativeError } = meanOf(some.map(({ ttft }) => ttft));
    const inputTokens = meanOf(some.map((g) => g.inputTokens)).mean;
    return { requests: some.length, inputTokens, ttftSeconds: mean, relativeError };
  };
  const cached = good.map(({ cachedTokens }) => cachedTokens).filter((n) => n !== null);
  const tpot = meanOf(tpots);
  return {
    requestsPerSecond,
    inputTokens: meanOf(good.map((g) => g.inputTokens)).mean,
    outputTokens: meanOf(good.map((g) => g.outputTokens)).mean,
    cachedTokens: cached.length === good.length ? meanOf(cached).mean : null,
    tpotSeconds: tpot.mean,
    tpotRelativeError: tpot.relativeError,
    shortPrompts: halfOf(byLength.slice(0, half)),
    longPrompts: halfOf(byLength.slice(half)),
  };
}
