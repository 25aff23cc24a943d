import type { Requirements } from '../requirements/requirements';
import { USUAL_SIZING } from '../requirements/sizing';

export const SECONDS_PER_DAY = 86_400;
export const HOURS_PER_MONTH = 730;
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;

/** UTF-8 bytes of a token of text (qwen35.md: a vocabulary of 248k, about four characters a token). */
const BYTES_PER_TOKEN = 4;
/** Each streamed token comes in a JSON chunk of its own; clients that do not stream move less. */
const BYTES_PER_STREAMED_TOKEN = 250;
/** An access line of the load balancer's kind and one of the engine's. */
const LOG_BYTES_PER_REQUEST = 1000;

/** Shares of the peak rate by hour; all 1 without a daily pattern. */
export const hourlyFactors = ({ sizing }: Requirements): readonly number[] | null =>
  (sizing ?? USUAL_SIZING).hourlyFactors;

/** Mean rate over a day, requests per second. */
export function meanRequestsPerSecond(r: Requirements): number {
  const factors = hourlyFactors(r);
  const mean = factors === null ? 1 : factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
  return r.workload.requestsPerSecond * mean;
}

export interface Traffic {
  readonly gigabytesPerSecond: number;
  readonly logGigabytesPerSecond: number;
}

/** Bytes that the planned load moves: prompts in, and answers out, counted as streamed: the worst. */
export function trafficOf(r: Requirements): Traffic {
  const { inputTokens, outputTokens } = r.workload;
  const bytes = inputTokens.mean * BYTES_PER_TOKEN + outputTokens.mean * BYTES_PER_STREAMED_TOKEN;
  const rate = meanRequestsPerSecond(r);
  return {
    gigabytesPerSecond: (rate * bytes) / 1e9,
    logGigabytesPerSecond: (rate * LOG_BYTES_PER_REQUEST) / 1e9,
  };
}
