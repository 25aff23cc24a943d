/** What went wrong with a request; each request counts once, under the first that applies. */
export const ERROR_KINDS = [
  /** No connection, or it broke before any answer. */
  'connection',
  /** HTTP 429. */
  'rate-limited',
  /** Another HTTP 4xx. */
  'client-error',
  /** HTTP 5xx. */
  'server-error',
  /** HTTP 3xx: not followed. */
  'redirect',
  /** The stream ended without an end mark. */
  'cut',
  /** Nothing came for longer than the stall limit. */
  'stalled',
  /** The whole request took longer than its limit. */
  'timeout',
  /** Not a stream of server-sent events, or one with broken JSON. */
  'bad-stream',
  /** The stream carried an error object. */
  'error-event',
  /** The stated number of output tokens cannot be: fewer than the chunks that carried text. */
  'token-count',
  /** A stream that ended well and held no text. */
  'empty',
  /** The run ended first. */
  'unfinished',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

/** One request as measured; seconds, times on the clock of `nowSeconds`. */
export interface Outcome {
  readonly error: ErrorKind | null;
  /** One line from the server or the network, key taken out; empty when all went well. */
  readonly detail: string;
  /** When the request should have left: latencies count from here, so that a late client hides nothing. */
  readonly intendedAt: number;
  readonly sentAt: number;
  /** First text; NaN when none came. */
  readonly firstTokenAt: number;
  /** Last text. */
  readonly lastTokenAt: number;
  /** From the server's usage, or the asked length where it states none. */
  readonly inputTokens: number;
  /** From the server's usage; the number of chunks where it states none. */
  readonly outputTokens: number;
  /** The server stated the counts. */
  readonly counted: boolean;
  /** Prompt tokens found in the server's cache; null when it does not say. */
  readonly cachedTokens: number | null;
  readonly chunks: number;
  /** It was sent again on a new connection, because the kept-alive one had been closed. */
  readonly reopened: boolean;
}
