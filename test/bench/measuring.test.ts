import { distributionOf } from '../../src/simulation/distribution';
import { RandomStream } from '../../src/simulation/random';
import { runDrive } from './drives';
import { type Fault, type Play, startServer, type TestServer } from './server';
import { judged, RETRIES } from './too-busy';

jest.retryTimes(RETRIES);

let server: TestServer;
afterEach(() => server.close());

const plain = (fault: Fault = 'none'): Play => ({ firstMillis: 5, gapMillis: 2, tokens: 6, fault });
/** Within 2% or a millisecond. */
const close = (measured: number, played: number): boolean =>
  Math.abs(measured - played) <= Math.max(0.02 * played, 0.001);

/** Enough for a 99th percentile: four lie beyond it. */
const REQUESTS = 400;

test('percentiles are those played, whatever the jitter', async () => {
  const random = new RandomStream(7, 0);
  server = await startServer(() => ({
    firstMillis: 40 + 80 * random.uniform(),
    gapMillis: 8 + 8 * random.uniform(),
    tokens: 12,
    fault: 'none',
  }));
  let at = 0;
  const nextAtSeconds = (): number => {
    at += random.exponential() / 150;
    return at;
  };
  const { outcomes, figures, lagP99Seconds } = await runDrive(
    server.url,
    { kind: 'open', nextAtSeconds },
    REQUESTS,
  );
  expect(figures.requests).toMatchObject({ measured: REQUESTS, succeeded: REQUESTS, errors: {} });
  expect(figures.tokens).toEqual({ input: REQUESTS * 8, output: REQUESTS * 12, statedByServer: true });
  const sent = [...outcomes].sort((a, b) => a.sentAt - b.sentAt);
  const played = server.played;
  const of = (values: number[]) => distributionOf(Float64Array.from(values));
  const ttft = of(played.map((p, i) => p.writesAt[0]! - sent[i]!.intendedAt));
  const tpot = of(played.map(({ writesAt }) => (writesAt.at(-1)! - writesAt[0]!) / (writesAt.length - 1)));
  const itl = of(played.flatMap(({ writesAt }) => writesAt.slice(1).map((w, i) => w - writesAt[i]!)));
  const e2e = of(played.map((p, i) => p.writesAt.at(-1)! - sent[i]!.intendedAt));
  // A timer's grain is a millisecond.
  judged(lagP99Seconds > 0.003, () => {
    for (const p of ['mean', 'p50', 'p90', 'p95', 'p99'] as const) {
      expect([p, close(figures.ttftSeconds![p], ttft[p])]).toEqual([p, true]);
      expect([p, close(figures.tpotSeconds![p], tpot[p])]).toEqual([p, true]);
      expect([p, close(figures.itlSeconds![p], itl[p])]).toEqual([p, true]);
      expect([p, close(figures.e2eSeconds![p], e2e[p])]).toEqual([p, true]);
    }
  });
});

test('an open loop counts from the intended start: a server that pauses makes no request vanish', async () => {
  // From the first request on the server says nothing for 0.6 s, however late this machine runs either side.
  let pauseUntil: number | null = null;
  server = await startServer(() => {
    pauseUntil ??= performance.now() + 600;
    return { ...plain(), firstMillis: Math.max(5, pauseUntil - performance.now()) };
  });
  let at = 0;
  const nextAtSeconds = (): number => {
    at += 0.01;
    return at;
  };
  const { figures, driven } = await runDrive(server.url, { kind: 'open', nextAtSeconds }, 100);
  expect(figures.requests.succeeded).toBe(100);
  expect(driven.maxInFlight).toBeGreaterThan(40);
  expect(figures.ttftSeconds!.p90).toBeGreaterThan(0.4);
  expect(figures.goodput!.share).toBeLessThan(0.7);
});

const FAULTS: readonly (readonly [Fault, string])[] = [
  ['stall', 'stalled'],
  ['cut', 'cut'],
  ['http-429', 'rate-limited'],
  ['http-500', 'server-error'],
  ['http-400', 'client-error'],
  ['redirect', 'redirect'],
  ['bad-json', 'bad-stream'],
  ['not-sse', 'bad-stream'],
  ['error-event', 'error-event'],
  ['too-few-tokens', 'token-count'],
  ['empty', 'empty'],
  ['hang-up', 'connection'],
];

test('every fault is counted once, under its name, and none is fatal', async () => {
  const { length } = FAULTS;
  // Every third request is at fault, the kinds in turn.
  const faultOf = (i: number): Fault => (i % 3 === 0 ? FAULTS[(i / 3) % length]![0] : 'none');
  server = await startServer((i) => plain(faultOf(i)));
  const limits = { stallSeconds: 2, requestSeconds: 6 };
  const { figures, outcomes } = await runDrive(
    server.url,
    { kind: 'closed', concurrency: 8 },
    3 * length * 4,
    limits,
  );
  const wanted: Record<string, number> = {};
  for (const { fault } of server.played) {
    const kind = FAULTS.find(([name]) => name === fault)?.[1];
    if (kind !== undefined) wanted[kind] = (wanted[kind] ?? 0) + 1;
  }
  expect(figures.requests.errors).toEqual(wanted);
  expect(Object.keys(wanted)).toHaveLength(11);
  expect(outcomes).toHaveLength(144);
  expect(figures.requests.succeeded).toBe(96);
});

test('a stream that goes on and on is ended at the limit of a request, and counted', async () => {
  server = await startServer(() => ({ firstMillis: 5, gapMillis: 100, tokens: 500, fault: 'none' }));
  const limits = { stallSeconds: 5, requestSeconds: 1 };
  const { figures } = await runDrive(server.url, { kind: 'closed', concurrency: 3 }, 6, limits);
  expect(figures.requests).toMatchObject({ measured: 6, succeeded: 0, errors: { timeout: 6 } });
});

test('streams that the end of the run cuts off are counted as unfinished', async () => {
  server = await startServer(() => ({ firstMillis: 5, gapMillis: 50, tokens: 500, fault: 'none' }));
  // Limits are looked at every quarter of a second; the run waits for 1.1 s after its last request, and no longer.
  const limits = { stallSeconds: 1, requestSeconds: 1.1 };
  const { figures, outcomes } = await runDrive(
    server.url,
    { kind: 'closed', concurrency: 3 },
    1000,
    limits,
    undefined,
    0.05,
  );
  expect(figures.requests).toMatchObject({ measured: 3, succeeded: 0, errors: { unfinished: 3 } });
  expect(figures.requests.messages.unfinished).toBe('the run ended first');
  expect(outcomes.every(({ chunks }) => chunks > 0)).toBe(true);
});

test('a connection closed while idle is opened again, and nobody is told', async () => {
  server = await startServer(() => plain('close-after'));
  const { figures } = await runDrive(server.url, { kind: 'closed', concurrency: 4 }, 120);
  expect(figures.requests).toMatchObject({ succeeded: 120, errors: {} });
  expect(server.connections()).toBeGreaterThan(20);
  expect(figures.requests.reopened).toBeGreaterThan(0);
});

test('connections are reused, a slow first answer included', async () => {
  server = await startServer((i) => ({ ...plain(), firstMillis: i === 0 ? 700 : 3 }));
  const { figures } = await runDrive(server.url, { kind: 'closed', concurrency: 2 }, 40);
  expect(figures.requests.succeeded).toBe(40);
  expect(server.connections()).toBe(2);
  expect(figures.ttftSeconds!.max).toBeGreaterThan(0.69);
});

test('an endpoint that is not there ends the run early', async () => {
  server = await startServer(() => plain());
  const { url } = server;
  await server.close();
  const { driven, figures } = await runDrive(url, { kind: 'closed', concurrency: 25 }, 1000);
  expect(driven.stoppedEarly).toContain('connections in a row failed');
  expect(figures.requests.errors.connection).toBeLessThan(100);
});

test('the key goes to the endpoint and nowhere else', async () => {
  server = await startServer(() => plain('http-500'));
  const { figures } = await runDrive(
    server.url,
    { kind: 'closed', concurrency: 1 },
    3,
    undefined,
    'sk-secret-123',
  );
  expect(server.played[0]!.authorization).toBe('Bearer sk-secret-123');
  expect(JSON.stringify(figures)).not.toContain('sk-secret-123');
  expect(figures.requests.messages['server-error']).toContain('***');
});
