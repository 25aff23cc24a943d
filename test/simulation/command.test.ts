import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, type Printed } from '../cli/harness';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulate-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ENGINE = ['--model', 'Qwen3.5-35B-A3B', '--checkpoint', 'fp8', '--gpu', 'H100'];
const SHAPE = [...ENGINE, '--isl', '1000', '--osl', '300'];

const simulate = (...words: string[]): Promise<Printed> => cli('simulate', ...words);

test('JSON: percentiles of each metric around the interval of the step model, the same every time', async () => {
  const words = [...SHAPE, '--rate', '8', '--requests', '2000', '--seed', '3', '--slo-ttft', '1', '--json'];
  const { code, out } = await simulate(...words);
  expect(code).toBe(0);
  const document = JSON.parse(out);
  for (const metric of ['ttftSeconds', 'tpotSeconds']) {
    const { low, expected, high, p50, p90, p95, p99 } = document[metric];
    expect([low < expected, expected < high, p50 <= p90, p90 <= p95, p95 <= p99]).not.toContain(false);
  }
  expect(document).toMatchObject({ stable: true, requests: 2000, goodput: { share: 1 } });
  expect((await simulate(...words)).out).toBe(out);
});

test('for people: percentiles and latency against load, within the width', async () => {
  const { code, out } = await simulate(
    ...SHAPE,
    '--concurrency',
    '32',
    '--requests',
    '1000',
    '--prefix-hit-rate',
    '0.5',
  );
  expect(code).toBe(0);
  expect(out).toMatch(/time to first token +\d+ ms/);
  expect(out).toMatch(/ 90% +[\d.]+/);
  expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
});

test('a trace is replayed', async () => {
  const path = join(folder, 'trace.jsonl');
  const lines = Array.from({ length: 200 }, (_, i) =>
    JSON.stringify({ timestamp: i * 0.2, input_tokens: 3000, output_tokens: 50, prefix_hash: 'system' }),
  );
  writeFileSync(path, lines.join('\n'));
  const { out, err } = await simulate(...ENGINE, '--trace', path, '--json');
  expect(err).toBe('');
  expect(JSON.parse(out).tokens).toMatchObject({ input: 600_000, output: 10_000 });
  expect(JSON.parse(out).tokens.cached).toBeGreaterThan(0.5 * 600_000);
  const part = await simulate(...ENGINE, '--trace', path, '--requests', '100', '--json');
  expect(JSON.parse(part.out).requests).toBe(100);
});

test('a trace is replayed to its end, however long', async () => {
  const path = join(folder, 'long.csv');
  const lines = Array.from({ length: 30_000 }, (_, i) => `${i * 0.2},100,5\n`);
  writeFileSync(path, `timestamp,input_tokens,output_tokens\n${lines.join('')}`);
  expect(JSON.parse((await simulate(...ENGINE, '--trace', path, '--json')).out).requests).toBe(30_000);
});

test.each([
  [[...SHAPE, '--rate', '500'], /^error: rate 500\/s: this engine serves at most/],
  [[...SHAPE, '--rate', 'NaN'], /^error: --rate: "NaN" is not a number above 0/],
  [[...SHAPE, '--rate', '-1'], /^error: --rate: "-1" is not a number above 0/],
  [
    [...ENGINE, '--isl', '0', '--osl', '3', '--rate', '1'],
    /^error: --isl: "0" is not a whole number of at least 1/,
  ],
  [[...ENGINE, '--isl', '10', '--osl', '-3', '--rate', '1'], /^error: --osl: "-3" is not a whole number/],
  [[...ENGINE, '--rate', '1'], /^error: give the lengths/],
  [SHAPE, /^error: give the load/],
  [[...SHAPE, '--rate', '1', '--prefix-hit-rate', '1'], /^error: --prefix-hit-rate: the last token/],
  [[...SHAPE, '--rate', '1', '--trace', 'none.jsonl'], /^error: cannot read "none.jsonl"/],
  [
    ['--model', 'Qwen3.5-35B-A3', ...SHAPE.slice(2), '--rate', '1'],
    /^error: --model: unknown model "Qwen3.5-35B-A3"; did you mean Qwen3.5-35B-A3B/,
  ],
  [
    [...SHAPE, '--rate', '1', '--gpu', 'H1000'],
    /^error: --gpu: unknown GPU "H1000"; did you mean H100\? Known: T4/,
  ],
  [
    [...SHAPE, '--rate', '1', '--tp', '3'],
    /^error: .*16 attention heads do not divide by TP 3; TP 1, 2, 4 would do/,
  ],
  [[...SHAPE, '--rate', '1', '--gpu', 'T4'], /^error: fp8 does not run on T4: T4 has no BF16/],
  [
    [...ENGINE, '--isl', '1000000', '--osl', '20000', '--rate', '1'],
    /^error: prompt and output together: a context of 1020000 tokens is beyond the model: 262144 as trained, 1010000 with YaRN/,
  ],
  [[...SHAPE, '--rate', 'NaN'], /^error: --rate: "NaN" is not a number above 0 and at most 100000/],
  [[...SHAPE, '--rate', '9000'], /^error: rate 9000\/s: this engine serves at most [\d.]+ requests\/s/],
  [[...SHAPE, '--rate', '1', '--gpu', 'L4'], /^error: .*does not fit L4 at TP 1/],
])('%j is one line', async (words, message) => {
  const { code, out, err } = await simulate(...words);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(message);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});

test('a bad line of a trace is named', async () => {
  const path = join(folder, 'trace.csv');
  writeFileSync(path, 'TIMESTAMP,ContextTokens,GeneratedTokens\n0,10,10\n1,ten,10\n');
  const { code, err } = await simulate(...ENGINE, '--trace', path);
  expect(code).toBe(2);
  expect(err).toContain('line 3: ContextTokens "ten" is not a whole number');
});
