import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowSeconds } from '../../src/bench/clock';

export type Fault =
  | 'none'
  | 'stall'
  | 'cut'
  | 'http-429'
  | 'http-500'
  | 'http-400'
  | 'redirect'
  | 'bad-json'
  | 'not-sse'
  | 'error-event'
  | 'too-few-tokens'
  | 'empty'
  | 'hang-up'
  | 'echo-type'
  | 'echo-long'
  | 'close-after';

/** How one request is answered. */
export interface Play {
  readonly firstMillis: number;
  readonly gapMillis: number;
  readonly tokens: number;
  readonly fault: Fault;
}

/** When things really happened, on the clock of `nowSeconds`. */
export interface Played {
  readonly receivedAt: number;
  readonly writesAt: number[];
  readonly fault: Fault;
  readonly body: { readonly max_tokens: number; readonly messages?: readonly { readonly content: string }[] };
  readonly authorization: string | undefined;
}

export interface TestServer {
  readonly url: string;
  readonly played: Played[];
  /** Paths of all requests, in order. */
  readonly paths: string[];
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

export interface ServerOptions {
  /** Text of `/metrics`; none without. */
  readonly metrics?: () => string;
  /** Speaks HTTPS with these. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Where redirects lead. */
  readonly redirectTo?: string;
}

/** A server on the loopback that plays what it is told; prompts count a token a word and five of wrapping. */
export async function startServer(
  play: (index: number, body: Played['body']) => Play,
  options: ServerOptions = {},
): Promise<TestServer> {
  const played: Played[] = [];
  const paths: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    paths.push(request.url ?? '');
    if (request.method === 'GET') return void answerGet(request, response, options);
    const receivedAt = nowSeconds();
    let text = '';
    request.on('data', (part: Buffer) => {
      text += part.toString();
    });
    request.on('end', () => {
      const body = JSON.parse(text) as Played['body'];
      const { fault, ...rest } = play(played.length, body);
      const entry: Played = {
        receivedAt,
        writesAt: [],
        fault,
        body,
        authorization: request.headers.authorization,
      };
      played.push(entry);
      void answer(response, entry, { ...rest, fault }, options);
    });
  };
  const server = options.tls === undefined ? createServer(handle) : createTlsServer(options.tls, handle);
  server.on('connection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 1024, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    played,
    paths,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

const ELSEWHERE = 'http://127.0.0.2:9/';

function answerGet(
  request: IncomingMessage,
  response: ServerResponse,
  { metrics, redirectTo = ELSEWHERE }: ServerOptions,
): void {
  if (request.url?.startsWith('/moved')) return void response.writeHead(302, { location: redirectTo }).end();
  if (request.url === '/v1/models') response.end('{"data":[{"id":"listed-model"}]}');
  else if (request.url === '/metrics' && metrics) response.end(metrics());
  else response.writeHead(404).end();
}

const STATUS: Partial<Record<Fault, number>> = { 'http-429': 429, 'http-500': 500, 'http-400': 400 };

async function answer(
  response: ServerResponse,
  entry: Played,
  play: Play,
  { redirectTo = ELSEWHERE }: ServerOptions,
): Promise<void> {
  const { fault } = play;
  response.on('error', () => undefined);
  const status = STATUS[fault];
  if (status !== undefined) {
    const error = { message: `told to fail; you sent ${entry.authorization ?? 'no key'}` };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    return;
  }
  if (fault === 'redirect') return void response.writeHead(302, { location: redirectTo }).end();
  const key = entry.authorization ?? 'no key';
  if (fault === 'echo-type') return void response.writeHead(200, { 'content-type': `text/${key}` }).end('{}');
  // Where a message is cut, half of it would be left.
  if (fault === 'echo-long')
    return void response.writeHead(500).end(JSON.stringify({ error: `${'x'.repeat(160)}${key}` }));
  if (fault === 'hang-up') return void setTimeout(() => response.socket?.destroy(), 1200);
  if (fault === 'not-sse')
    return void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  await stream(response, entry, play);
}

async function stream(response: ServerResponse, entry: Played, play: Play): Promise<void> {
  const { fault, tokens, firstMillis, gapMillis } = play;
  const write = (body: unknown): void => void response.write(`data: ${JSON.stringify(body)}\n\n`);
  await sleep(firstMillis);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  write({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] });
  for (let i = 0; i < tokens && fault !== 'empty'; i++) {
    if (i > 0) await sleep(gapMillis);
    if (response.destroyed) return;
    if (i === 2 && fault === 'stall') return;
    if (i === 2 && fault === 'cut') return void response.end();
    if (i === 2 && fault === 'bad-json') return void response.end('data: {"choices": [broken\n\n');
    if (i === 2 && fault === 'error-event')
      write({ error: { message: `engine died: ${entry.authorization}` } });
    entry.writesAt.push(nowSeconds());
    write({ choices: [{ index: 0, delta: { [i % 2 ? 'content' : 'reasoning']: ' wörd' } }] });
  }
  write({ choices: [{ index: 0, delta: {}, finish_reason: 'length' }] });
  const words = entry.body.messages?.[0]?.content.trim().split(/\s+/).length ?? 0;
  const completion = fault === 'too-few-tokens' ? 1 : fault === 'empty' ? 0 : tokens;
  write({ choices: [], usage: { prompt_tokens: words + 5, completion_tokens: completion } });
  const { socket } = response;
  response.end('data: [DONE]\n\n');
  if (fault === 'close-after') setTimeout(() => socket?.end(), 1);
}
