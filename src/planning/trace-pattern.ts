import { UserError } from '../errors';
import type { RequirementsInput } from '../requirements/input';
import type { Trace } from '../simulation/trace';
import { significant } from './rounding';

/** What a trace of requests says of a workload. */
export interface TracePattern {
  /** Of the busiest quarter of an hour. */
  readonly requestsPerSecond: number;
  readonly inputTokens: { readonly mean: number; readonly p95: number };
  readonly outputTokens: { readonly mean: number; readonly p95: number };
  /** 24 shares of the busiest quarter, one an hour of the day, each of its busiest quarter; null below a day of trace. */
  readonly hourlyFactors: readonly number[] | null;
  readonly hours: number;
  readonly requests: number;
}

const WINDOW_SECONDS = 900;
const HOURS = 24;
const DAY_SECONDS = 86_400;
/** A last window this much shorter says little of a rate. */
const SHORTEST_WINDOW = 0.5;
const DIGITS = 1e3;

/**
 * The pattern of a trace. Times are seconds of an epoch in UTC, or from a midnight where they are small; several days are
 * laid over one another, the busiest counts.
 * @throws UserError when all requests came at once
 */
export function patternOf(trace: Trace): TracePattern {
  const { arrivalSeconds, inputTokens, outputTokens } = trace;
  const requests = arrivalSeconds.length;
  const seconds = arrivalSeconds[requests - 1]!;
  if (seconds <= 0) throw new UserError('the trace lasts no time: its requests all came at once');
  const rates = windowRates(trace, seconds);
  const busiest = Math.max(...rates.map(({ requestsPerSecond }) => requestsPerSecond));
  const byHour = new Array<number>(HOURS).fill(0);
  for (const { hour, requestsPerSecond } of rates) byHour[hour] = Math.max(byHour[hour]!, requestsPerSecond);
  return {
    requestsPerSecond: significant(busiest),
    inputTokens: lengthsOf(inputTokens),
    outputTokens: lengthsOf(outputTokens),
    // Rounded up: an hour is never planned below what it was.
    hourlyFactors:
      seconds < DAY_SECONDS - WINDOW_SECONDS
        ? null
        : byHour.map((rate) => Math.min(1, Math.ceil((rate / busiest) * DIGITS) / DIGITS)),
    hours: seconds / 3600,
    requests,
  };
}

/** Rate of each quarter of an hour, and the hour of the day that it lies in. */
function windowRates(
  { arrivalSeconds, firstSeconds }: Trace,
  seconds: number,
): { readonly hour: number; readonly requestsPerSecond: number }[] {
  // Windows begin on the quarters of the clock.
  const offset = ((firstSeconds % WINDOW_SECONDS) + WINDOW_SECONDS) % WINDOW_SECONDS;
  const counts = new Array<number>(Math.floor((offset + seconds) / WINDOW_SECONDS) + 1).fill(0);
  for (const arrival of arrivalSeconds) counts[Math.floor((offset + arrival) / WINDOW_SECONDS)]!++;
  const rates = counts.map((count, i) => {
    const from = Math.max(0, i * WINDOW_SECONDS - offset);
    const lasts = Math.min(seconds, (i + 1) * WINDOW_SECONDS - offset) - from;
    const hour = Math.floor((((firstSeconds + from) / 3600) % HOURS) + HOURS) % HOURS;
    return {
      hour,
      requestsPerSecond: count / Math.max(lasts, 1),
      whole: lasts >= SHORTEST_WINDOW * WINDOW_SECONDS,
    };
  });
  const whole = rates.filter((rate) => rate.whole);
  return whole.length > 0
    ? whole
    : [{ hour: rates[0]!.hour, requestsPerSecond: arrivalSeconds.length / seconds }];
}

function lengthsOf(tokens: Int32Array): { mean: number; p95: number } {
  const sorted = Int32Array.from(tokens).sort();
  const mean = sorted.reduce((sum, n) => sum + n, 0) / sorted.length;
  const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1]!;
  return { mean: Math.round(mean), p95: Math.max(Math.round(mean), p95) };
}

/** Requirements with what a trace says in place of what was not given, and one line on it. */
export function withTrace(
  input: RequirementsInput,
  pattern: TracePattern,
  name: string,
): { readonly input: RequirementsInput; readonly note: string } {
  const { trace: _, ...workload } = input.workload ?? {};
  const { requestsPerSecond, inputTokens, outputTokens, hourlyFactors, requests, hours } = pattern;
  const loadIsGiven = workload.requestsPerSecond !== undefined || workload.concurrentUsers !== undefined;
  const day =
    hourlyFactors === null
      ? 'shorter than a day, so it gives no daily pattern'
      : 'the daily pattern is its busiest quarter of each hour, UTC';
  return {
    input: {
      ...input,
      workload: {
        ...(loadIsGiven ? {} : { requestsPerSecond }),
        inputTokens,
        outputTokens,
        ...workload,
      },
      sizing: { ...(hourlyFactors === null ? {} : { hourlyFactors: [...hourlyFactors] }), ...input.sizing },
    },
    note: `${name}: ${requests} requests in ${Number(hours.toPrecision(3))} hours, ${requestsPerSecond} requests/s in the busiest quarter of an hour, ${inputTokens.mean} tokens in and ${outputTokens.mean} out on average; ${day}`,
  };
}
