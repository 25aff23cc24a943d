import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCalibration } from '../../src/bench/calibration-file';
import { parseResult, serializeResult } from '../../src/bench/result';
import { smoke } from '../../src/bench/smoke';
import { serializePlan } from '../../src/plan/document';
import { cli } from '../cli/harness';
import { makePlan } from '../stacks/make-plan';
import { startServer, type TestServer } from './server';

const home = process.cwd();
let folder: string;
let server: TestServer;

const METRICS = [
  '# HELP vllm:num_preemptions_total x',
  'vllm:num_preemptions_total{engine="0"} 3',
  'vllm:kv_cache_usage_perc{engine="0"} 0.42',
  'vllm:kv_cache_usage_perc{engine="1"} 0.1',
].join('\n');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bench-'));
  process.chdir(folder);
  server = await startServer(
    (_, { max_tokens }) => ({
      firstMillis: 3,
      gapMillis: 1,
      tokens: Math.min(max_tokens, 20),
      fault: 'none',
    }),
    { metrics: () => METRICS },
  );
  const workload = { inputTokens: { mean: 120, p95: 300 }, outputTokens: { mean: 12, p95: 30 } };
  writeFileSync('plan.json', serializePlan(makePlan({ requirements: { workload } })));
});
afterAll(async () => {
  await server.close();
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

const BENCH = ['bench', 'plan.json', '--seed', '5', '--duration', '2.5', '--warmup', '0.2'];

test('measures, compares, writes a result that calibrate reads', async () => {
  process.env.BENCH_TEST_KEY = 'sk-very-secret';
  const flags = ['--url', server.url, '--api-key-env', 'BENCH_TEST_KEY', '--rate', '8', '--out', 'r.json'];
  const { code, out, err } = await cli(...BENCH, ...flags);
  delete process.env.BENCH_TEST_KEY;
  expect([0, 1]).toContain(code);
  expect(out).toContain('TTFT p95');
  const text = readFileSync('r.json', 'utf8');
  const result = parseResult(text, 'r.json');
  expect(serializeResult(result)).toBe(text);
  const [point] = result.points;
  expect(point!.requests.succeeded).toBe(point!.requests.measured);
  expect(point!.requests.measured).toBeGreaterThan(10);
  // The tokeniser of the test server is found out: a token a word, five of wrapping.
  expect(result.demand).toMatchObject({ tokensPerWord: 1, wrappingTokens: 5 });
  expect(Math.abs(point!.lengths.input / point!.lengths.askedInput - 1)).toBeLessThan(0.02);
  expect(point!.server).toMatchObject({ preemptions: 0, kvUseMax: 0.42 });
  expect(point!.comparisons.map(({ figure, from }) => [figure, from])).toEqual([
    ['TTFT p95', 'model'],
    ['TPOT p95', 'model'],
    ['output', 'model'],
  ]);
  expect(text + out + err).not.toContain('sk-very-secret');
  expect(server.played.at(-1)!.authorization).toBe('Bearer sk-very-secret');

  expect(
    (await cli(...BENCH, '--url', server.url, '--concurrency', '2', '--out', 'r2.json')).code,
  ).toBeLessThan(2);
  const calibrated = await cli('calibrate', 'r.json', 'r2.json');
  expect(calibrated).toMatchObject({ code: 0 });
  const file = parseCalibration(readFileSync('calibration.json', 'utf8'), 'calibration.json');
  expect(file.sources).toHaveLength(2);
});

test('the same seed asks the same requests', async () => {
  const bodies: string[] = [];
  for (let i = 0; i < 2; i++) {
    const before = server.played.length;
    // Long enough for eight requests anywhere.
    await cli(...BENCH, '--duration', '20', '--url', server.url, '--concurrency', '1', '--requests', '8');
    bodies.push(JSON.stringify(server.played.slice(before).map(({ body }) => body)));
  }
  expect(bodies[1]).toBe(bodies[0]);
});

test('replays a trace at its own times, and ShareGPT conversations as they were', async () => {
  writeFileSync(
    'trace.jsonl',
    [0, 0.1, 0.25]
      .map((t) => JSON.stringify({ timestamp: t, input_tokens: 50, output_tokens: 4 }))
      .join('\n'),
  );
  const trace = await cli(
    ...BENCH,
    '--url',
    server.url,
    '--dataset',
    'trace.jsonl',
    '--warmup',
    '0',
    '--json',
  );
  const [point] = parseResult(trace.out, 'x').points;
  expect(point).toMatchObject({ load: { kind: 'trace' }, requests: { succeeded: 3 }, comparisons: [] });
  const talk = {
    conversations: [
      { from: 'human', value: 'How do magnets work?' },
      { from: 'gpt', value: 'x'.repeat(48) },
    ],
  };
  writeFileSync('talks.json', JSON.stringify([talk, talk]));
  const before = server.played.length;
  await cli(...BENCH, '--url', server.url, '--dataset', 'talks.json', '--concurrency', '1', '--warmup', '0');
  const asked = server.played
    .slice(before + 2)
    .map(({ body }) => [body.messages?.[0]?.content, body.max_tokens]);
  expect(asked).toEqual(Array(2).fill(['How do magnets work?', 12]));
});

test('--smoke is one line, and its exit code says whether the endpoint answers', async () => {
  const alive = await cli('bench', '--smoke', '--url', `${server.url}/v1/`);
  expect(alive.code).toBe(0);
  expect(alive.out).toMatch(/^ok: \d+ of \d+ requests answered by listed-model, .*\n$/);
  const dead = await cli('bench', '--smoke', '--url', 'http://127.0.0.1:9');
  expect(dead.code).toBe(3);
  expect(dead.err.trim().split('\n')).toHaveLength(1);
});

test('a smoke test ends in its time, however the endpoint dawdles: each question gets half of what is left', async () => {
  const slow = await startServer((index) => ({
    firstMillis: index === 0 ? 500 : 3,
    gapMillis: 1,
    tokens: 5,
    fault: index === 0 ? 'none' : 'stall',
  }));
  const smoked = smoke({ url: slow.url, api: 'chat', model: 'm', durationSeconds: 6 });
  const { message } = (await smoked.catch((error: unknown) => error)) as Error;
  await slow.close();
  const [, said = ''] = /(?:longer than|silent for) ([\d.]+) s$/.exec(message) ?? [];
  expect(Number(said)).toBeGreaterThan(0);
  expect(Number(said)).toBeLessThanOrEqual(2.75);
  expect(said.length).toBeLessThanOrEqual(4);
});

test('what a user gets wrong is one line', async () => {
  const wrong = async (...words: string[]) => (await cli(...words)).err;
  const url = ['--url', server.url];
  expect(await wrong('bench', ...url)).toContain('give the plan');
  expect(await wrong(...BENCH, '--url', 'http://u:sk-pw@127.0.0.1:1')).not.toContain('sk-pw');
  expect(await wrong(...BENCH, '--url', 'ftp://127.0.0.1')).toContain('neither http: nor https:');
  expect(await wrong(...BENCH, ...url, '--rate', '1', '--concurrency', '2')).toContain('give one of them');
  expect(await wrong(...BENCH, ...url, '--warmup', '3')).toContain('leave nothing');
  expect(await wrong(...BENCH, ...url, '--api-key-env', 'NOT_SET_ANYWHERE')).toContain('is not set');
  const smoking = await wrong(
    'bench',
    'plan.json',
    '--smoke',
    ...url,
    '--rate',
    '1',
    '--sweep',
    '--out',
    'r.json',
  );
  expect(smoking).toMatch(/^error: --smoke: .* takes no PLAN, --rate, --sweep, --out; leave out either\n$/);
  expect(await wrong('calibrate', 'plan.json')).toContain('not a benchmark result');
});
