import { gapSampler } from '../simulation/arrivals';
import { RandomStream } from '../simulation/random';
import { askFor, cut, type Dialect } from './asks';
import { nowSeconds } from './clock';
import type { Demand, Wanted } from './demand';
import { drive, type Pace } from './drive';
import { LagMeter } from './lag';
import { PromptBook } from './prompts';
import { Recorder, type Slo } from './recorder';
import type { BenchLoad, Point } from './result';
import type { Ask, Limits } from './send';
import { fetchMetrics, type Reading, serverMetrics } from './server-metrics';
import type { Target } from './target';

export interface PointInput {
  readonly target: Target;
  readonly dialect: Dialect;
  readonly demand: Demand;
  readonly load: BenchLoad;
  /** Of the whole point, warm-up included. */
  readonly durationSeconds: number;
  readonly warmUpSeconds: number;
  readonly maxRequests: number;
  readonly maxInFlight: number;
  readonly limits: Limits;
  readonly seed: number;
  readonly slo: Slo | null;
}

export interface MeasuredPoint {
  readonly point: Omit<Point, 'comparisons' | 'suspects'>;
  readonly stoppedEarly: string | null;
}

const ARRIVALS_STREAM = 1;
const PROMPTS_STREAM = 2;
const METRICS_EVERY_MILLIS = 2000;

/** Measures one load. */
export async function measurePoint(input: PointInput): Promise<MeasuredPoint> {
  const { target, dialect, demand, load } = input;
  const book = new PromptBook(input.seed, PROMPTS_STREAM);
  const asked = { requests: 0, input: 0, output: 0 };
  let ahead: Wanted | null = demand.next();
  const nextAsk = (): Ask | null => {
    const wanted = ahead;
    if (wanted === null) return null;
    ahead = demand.next();
    const lengths = cut(wanted, dialect.maxModelLen);
    asked.requests++;
    asked.input += lengths.input;
    asked.output += lengths.output;
    return askFor(wanted, book, dialect);
  };

  const readings: Reading[] = [];
  const first = await fetchMetrics(target);
  if (first !== null) readings.push(first);
  const lag = new LagMeter();
  lag.start();
  const startsAt = nowSeconds();
  const measureFrom = startsAt + input.warmUpSeconds;
  const deadline = startsAt + input.durationSeconds;
  const recorder = new Recorder(measureFrom, deadline, nowSeconds);
  const sampler =
    first === null ? null : setInterval(() => void readInto(readings, target), METRICS_EVERY_MILLIS);
  const driven = await drive({
    target,
    pace: paceOf(load, input.seed, () => ahead?.atSeconds ?? Number.POSITIVE_INFINITY),
    nextAsk,
    durationSeconds: input.durationSeconds,
    maxRequests: input.maxRequests,
    maxInFlight: input.maxInFlight,
    limits: input.limits,
    onOutcome: (outcome) => recorder.outcome(outcome),
    onGap: (seconds) => recorder.gap(seconds),
  });
  lag.stop();
  if (sampler !== null) clearInterval(sampler);
  if (first !== null) await readInto(readings, target);

  const { inputTokens, outputTokens, latenessP99Seconds, ...measured } = recorder.measure(
    driven.issuedAt,
    input.slo,
    driven.endedAt,
  );
  const perRequest = (tokens: number): number => (asked.requests > 0 ? tokens / asked.requests : 0);
  return {
    stoppedEarly: driven.stoppedEarly,
    point: {
      load,
      ...measured,
      lengths: {
        askedInput: perRequest(asked.input),
        input: inputTokens,
        askedOutput: perRequest(asked.output),
        output: outputTokens,
      },
      client: {
        lagP50Seconds: lag.quantile(0.5),
        lagP99Seconds: lag.quantile(0.99),
        latenessP99Seconds,
        maxInFlight: driven.maxInFlight,
        heldBack: driven.heldBack,
      },
      server: serverMetrics(readings),
    },
  };
}

async function readInto(readings: Reading[], target: Target): Promise<void> {
  const reading = await fetchMetrics(target);
  if (reading !== null) readings.push(reading);
}

function paceOf(load: BenchLoad, seed: number, traceAtSeconds: () => number): Pace {
  switch (load.kind) {
    case 'closed':
      return { kind: 'closed', concurrency: load.concurrency };
    case 'trace':
      return { kind: 'open', nextAtSeconds: traceAtSeconds };
    case 'open': {
      const { requestsPerSecond, burstiness } = load;
      const gap = gapSampler(
        burstiness === 1
          ? { kind: 'poisson', requestsPerSecond }
          : { kind: 'gamma', requestsPerSecond, burstiness },
        requestsPerSecond,
        new RandomStream(seed, ARRIVALS_STREAM),
      );
      let at = 0;
      return {
        kind: 'open',
        nextAtSeconds: () => {
          at += gap();
          return at;
        },
      };
    }
  }
}
