import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createParser } from 'eventsource-parser';
import { errorText, readChunk, type Usage } from './chunk';
import { nowSeconds } from './clock';
import type { ErrorKind, Outcome } from './outcome';
import { connectionText, type Target } from './target';

/** One request, ready to leave. */
export interface Ask {
  /** Path below the base URL. */
  readonly path: string;
  readonly body: string;
  /** What it should come to, for servers that do not count. */
  readonly inputTokens: number;
}

export interface Limits {
  /** Longest silence, before the first token too. */
  readonly stallSeconds: number;
  readonly requestSeconds: number;
}

export interface Sending {
  readonly ask: Ask;
  readonly intendedAt: number;
  readonly limits: Limits;
  /** Called with the gap before every chunk of text but the first. */
  readonly onGap: (seconds: number) => void;
}

export interface InFlight {
  readonly outcome: Promise<Outcome>;
  /** Ends it now as `unfinished`. */
  readonly abandon: () => void;
}

const ERROR_BODY_BYTES = 4096;
/** A connection that breaks later than this had reached the server: the request was lost there, and counts as such. */
const STALE_CONNECTION_SECONDS = 1;
/** Limits may be shares of what is left of a run. */
const shown = (seconds: number): number => Number(seconds.toPrecision(3));

/** Node's `reusedSocket` misses sockets handed to a request that waited for one. */
const served = new WeakSet<Socket>();

/**
 * Sends a streaming request and measures it: TTFT to the first non-empty text, then every gap (planners.md section 6).
 * Never rejects. Where the server closed a kept-alive connection meanwhile, the request goes to another, the next of
 * which may be stale too, until one is new: nothing of an answer has come, and the wait counts from `intendedAt`.
 */
export function send(target: Target, { ask, intendedAt, limits, onGap }: Sending): InFlight {
  const sentAt = nowSeconds();
  let firstTokenAt = Number.NaN;
  let lastTokenAt = Number.NaN;
  let chunks = 0;
  let usage: Usage | null = null;
  let finished = false;
  let reopened = false;
  let ended = false;
  let lastByteAt = sentAt;
  let current: ClientRequest;
  let settle: (outcome: Outcome) => void = () => undefined;
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });

  const end = (error: ErrorKind | null, detail = ''): void => {
    if (ended) return;
    ended = true;
    clearInterval(watch);
    if (error !== null) current.destroy();
    settle({
      error,
      // Redacted before it is cut, and the cut end of a long body never shown: half a key is a key half told.
      detail: target
        .redact(detail)
        .slice(0, ERROR_BODY_BYTES / 2)
        .replace(/\s+/g, ' ')
        .slice(0, 200),
      intendedAt,
      sentAt,
      firstTokenAt,
      lastTokenAt,
      inputTokens: usage?.inputTokens ?? ask.inputTokens,
      outputTokens: usage?.outputTokens ?? chunks,
      counted: usage !== null,
      cachedTokens: usage?.cachedTokens ?? null,
      chunks,
      reopened,
    });
  };

  const watch = setInterval(
    () => {
      const now = nowSeconds();
      const { requestSeconds, stallSeconds } = limits;
      if (now - sentAt > requestSeconds) end('timeout', `longer than ${shown(requestSeconds)} s`);
      else if (now - lastByteAt > stallSeconds) end('stalled', `silent for ${shown(stallSeconds)} s`);
    },
    Math.min(1000, Math.min(limits.stallSeconds, limits.requestSeconds) * 250),
  );

  /** After the last event: what the stream as a whole comes to. */
  const judge = (): void => {
    if (usage !== null && usage.outputTokens < chunks)
      end('token-count', `${usage.outputTokens} output tokens stated, ${chunks} chunks of text came`);
    else if (chunks === 0) end('empty', 'the stream held no text');
    else end(null);
  };

  const onEvent = (data: string): void => {
    if (ended) return;
    if (data === '[DONE]') {
      finished = true;
      return;
    }
    let chunk: ReturnType<typeof readChunk>;
    try {
      chunk = readChunk(data);
    } catch {
      end('bad-stream', 'an event is not JSON');
      return;
    }
    if (chunk.error !== null) {
      end('error-event', chunk.error);
      return;
    }
    if (chunk.text) {
      if (chunks === 0) firstTokenAt = lastByteAt;
      else onGap(lastByteAt - lastTokenAt);
      lastTokenAt = lastByteAt;
      chunks++;
    }
    if (chunk.finished) finished = true;
    if (chunk.usage !== null) usage = chunk.usage;
  };

  const onResponse = (response: IncomingMessage): void => {
    const { statusCode: status = 0 } = response;
    lastByteAt = nowSeconds();
    response.setEncoding('utf8');
    if (status !== 200) {
      collect(response, (body) => end(kindOf(status), `HTTP ${status}: ${messageOf(body)}`));
      return;
    }
    if (!/^text\/event-stream\b/i.test(response.headers['content-type'] ?? '')) {
      end(
        'bad-stream',
        `the answer is ${response.headers['content-type'] ?? 'untyped'}, not text/event-stream`,
      );
      return;
    }
    const parser = createParser({ onEvent: ({ data }) => onEvent(data) });
    response.on('data', (text: string) => {
      lastByteAt = nowSeconds();
      parser.feed(text);
    });
    response.on('end', () => (finished ? judge() : end('cut', 'the stream ended without an end mark')));
    response.on('error', (error) => end('cut', error.message));
  };

  const start = (): ClientRequest => {
    const request = target.send(target.options('POST', ask.path), onResponse);
    let reused = false;
    request.on('socket', (socket) => {
      reused = served.has(socket);
      served.add(socket);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (ended) return;
      const stale = reused && nowSeconds() - sentAt < STALE_CONNECTION_SECONDS;
      if (stale && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) {
        reopened = true;
        current = start();
      } else end('connection', connectionText(error));
    });
    request.end(ask.body);
    return request;
  };
  current = start();
  return { outcome, abandon: () => end('unfinished', 'the run ended first') };
}

function collect(response: IncomingMessage, done: (body: string) => void): void {
  let body = '';
  response.on('data', (text: string) => {
    if (body.length < ERROR_BODY_BYTES) body += text;
  });
  response.on('end', () => done(body));
  response.on('error', () => done(body));
}

function kindOf(status: number): ErrorKind {
  if (status === 429) return 'rate-limited';
  if (status >= 500) return 'server-error';
  if (status >= 400) return 'client-error';
  return status >= 300 ? 'redirect' : 'bad-stream';
}

function messageOf(body: string): string {
  try {
    const parsed = JSON.parse(body) as { error?: unknown; message?: unknown };
    return errorText(parsed.error ?? parsed.message ?? parsed);
  } catch {
    return body;
  }
}
