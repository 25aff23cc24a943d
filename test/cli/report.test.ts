import { readFileSync, statSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { bundle } from '../../src/cli/bundle';
import { htmlAssets } from '../../src/cli/html-file';
import { progressLine } from '../../src/cli/progress';
import { bufferStreams } from '../../src/cli/streams';
import { serializePlan } from '../../src/plan/document';
import { reportSchema } from '../../src/report/data';
import { htmlReport } from '../../src/report/html/document';
import { DAY_PLAN, SMALL_PLAN } from '../report/plans';
import { cli, inEmptyFolder, SMALL } from './harness';

const ROOT = process.cwd();

inEmptyFolder();
beforeEach(() => writeFileSync('p.json', serializePlan(SMALL_PLAN)));

const PLAN = ['plan', ...SMALL];

test('report prints the terminal report', async () => {
  const { code, out } = await cli('report', 'p.json');
  expect(code).toBe(0);
  expect(out).toContain('What users will feel');
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('report --html writes one file of at most 2 MB that names no address', async () => {
  expect(await cli('report', 'p.json', '--html', 'out/report.html')).toMatchObject({
    code: 0,
    out: 'Wrote out/report.html\n',
  });
  expect(statSync('out/report.html').size).toBeLessThan(2e6);
  const text = readFileSync('out/report.html', 'utf8');
  expect(text.slice(0, 1000)).toMatch(/script-src &#39;sha256-[\w+/]{43}=&#39;/);
  const markup = text.replace(/<script[\s\S]*?<\/script>/g, '');
  expect(markup.match(/(src|href)="[^"]*"/g)).toEqual(['href="data:,"']);
});

test('report --markdown prints, or writes', async () => {
  const printed = await cli('report', 'p.json', '--markdown');
  expect(printed.out).toMatch(/^## small\n/);
  await cli('report', 'p.json', '--markdown', 'r.md');
  expect(readFileSync('r.md', 'utf8')).toBe(printed.out);
});

test('report --json is as its schema says', async () => {
  const { out } = await cli('report', 'p.json', '--json');
  const data = reportSchema.parse(JSON.parse(out));
  expect(data.charts).toHaveLength(6);
  const { out: schema } = await cli('schema', '--of', 'report');
  expect(JSON.parse(schema)).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(reportSchema))));
});

test.each([
  ['a file that is not there', ['report', 'none.json'], /^error: cannot read "none\.json": no such file\n$/],
  ['two outputs on one stream', ['report', 'p.json', '--json', '--markdown'], /cannot be used with/],
  ['a place that cannot be written', ['report', 'p.json', '--html', 'p.json/x.html'], /^error: cannot write/],
])('%s is one line', async (_, words, expected) => {
  const { code, err } = await cli(...words);
  expect(code).toBeGreaterThan(1);
  expect(err).toMatch(expected);
  expect(err.trim()).not.toContain('\n');
});

test('plan --markdown prints Markdown only, plan --quiet one sentence, and both write the plan', async () => {
  const markdown = await cli(...PLAN, '--markdown');
  expect(markdown.out).toMatch(/^## qwen3-5-9b\n/);
  const quiet = await cli(...PLAN, '--quiet', '--out', 'q.json');
  const { summary } = JSON.parse(readFileSync('q.json', 'utf8')) as { summary: string };
  expect(quiet.out).toBe(`${summary}\n`);
  expect(statSync('plans/qwen3-5-9b.plan.json').size).toBeGreaterThan(0);
});

test('progress shows after two seconds, where somebody watches, and leaves nothing', () => {
  const { streams, printed } = bufferStreams(80);
  let now = 0;
  const watched = progressLine('planning', { ...streams, watched: true }, () => now);
  for (; now < 1900; now += 100) watched.tick();
  expect(printed.err).toBe('');
  for (; now < 3100; now += 100) watched.tick();
  expect(printed.err.split('\r').slice(1)).toEqual(['planning, 2 s', 'planning, 3 s', 'planning, 3 s']);
  watched.end();
  expect(printed.err.endsWith(`${' '.repeat(18)}\r`)).toBe(true);

  const silent = bufferStreams(80);
  const unwatched = progressLine('planning', silent.streams, () => now);
  now += 10_000;
  unwatched.tick();
  unwatched.end();
  expect(silent.printed.err).toBe('');
});

test('the report of a large plan takes well under a second of this processor', () => {
  const assets = htmlAssets();
  // Processor time of this process: what else the machine does is not counted.
  const start = process.cpuUsage();
  const text = htmlReport(DAY_PLAN, 'p.json', assets);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(500);
  expect(text.length).toBeLessThan(2e6);
});

test('the bundle carries the charts and nothing of Node', () => {
  const script = bundle(`${ROOT}/src/report/client/main.ts`);
  expect(script.length).toBeLessThan(1.5e6);
  expect(script).not.toMatch(/require\("(node:)?fs"\)|process\.env/);
});
