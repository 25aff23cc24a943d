import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readText, readTraffic } from '../../src/cli/read-text';
import { cli, inEmptyFolder } from './harness';

const ROOT = join(__dirname, '..', '..');
const ENDLESS = /"\/dev\/zero" is larger than 4 MiB/;
const ENGINE = ['--model', 'Qwen3.5-9B', '--checkpoint', 'bf16', '--gpu', 'L40S'];

inEmptyFolder();

test('what has no end is not read to it', () => {
  expect(() => readText('/dev/zero')).toThrow(ENDLESS);
  expect(() => readTraffic('/dev/zero')).toThrow(ENDLESS);
});

test('requests may fill a large file, and no one that V8 could not hold', () => {
  writeFileSync('trace', '');
  truncateSync('trace', 5 * 2 ** 20);
  expect(() => readText('trace')).toThrow(/"trace" is larger than 4 MiB: not a file of this program$/);
  expect(readTraffic('trace')).toHaveLength(5 * 2 ** 20);
  truncateSync('trace', 500 * 2 ** 20 + 1);
  expect(() => readTraffic('trace')).toThrow(/"trace" is larger than 500 MiB: give a part of it/);
});

test('requests may come through a pipe', () => {
  execFileSync('mkfifo', ['pipe']);
  spawn('sh', ['-c', 'printf requests > pipe']);
  expect(readTraffic('pipe')).toBe('requests');
});

test('a text is read whole, also where it is longer than a chunk and a letter lies across two', () => {
  const text = 'a'.repeat(64 * 1024 - 1) + 'ä'.repeat(50_000);
  writeFileSync('long', text);
  expect(readText('long')).toBe(text);
});

test("what Windows puts first is no part of a text; PowerShell's own encoding is named", () => {
  writeFileSync('bom', '\uFEFFmodel: Qwen3.5-9B\r\n');
  expect(readText('bom')).toBe('model: Qwen3.5-9B\r\n');
  writeFileSync('utf16', Buffer.from('\uFEFFmodel', 'utf16le'));
  expect(() => readText('utf16')).toThrow(/^"utf16" is UTF-16, as PowerShell's > writes; save it as UTF-8/);
});

/** Every place of a command line where a user names a file to read. */
const PLACES: readonly (readonly string[])[] = [
  ['plan', '@'],
  ['start', '@'],
  ['plan', '--model', 'Qwen3.5-9B', '--traffic', '@'],
  ['plan', '--model', 'Qwen3.5-9B', '--calibration', '@'],
  ['simulate', ...ENGINE, '--trace', '@'],
  ['predict', ...ENGINE, '--isl', '9', '--osl', '9', '--rate', '1', '--calibration', '@'],
  ['report', '@'],
  ['explain', '@'],
  ['diff', '@', '@'],
  ['synth', '@'],
  ['vllm-args', '@'],
  ['preflight', '@'],
  ['calibrate', '@'],
  ['bench', '@', '--url', 'http://127.0.0.1:9/v1'],
  ['bench', '--smoke', '--url', 'http://127.0.0.1:9/v1', '--ca-file', '@'],
];

test.each(PLACES)(
  'a device without end, a folder and a missing file in one line: %s %s %s',
  async (...words) => {
    mkdirSync('folder');
    const given = async (path: string) => {
      const { code, err } = await cli(...words.map((word) => (word === '@' ? path : word)));
      expect(err.split('\n')).toHaveLength(2);
      expect(code).toBe(2);
      return err;
    };
    expect(await given('/dev/zero')).toMatch(ENDLESS);
    expect(await given('folder')).toBe('error: cannot read "folder": it is a directory\n');
    expect(await given('nope')).toBe('error: cannot read "nope": no such file\n');
  },
);

test('there is one way in for files of a user: nothing else on the command line reads any', () => {
  const own = [
    'bundle.ts',
    'package-root.ts',
    'page/build.ts',
    'page/page.ts',
    'page/shared-json.ts',
    'read-text.ts',
    'source-places.ts',
  ];
  const cliFiles = readdirSync(join(ROOT, 'src', 'cli'), { recursive: true, encoding: 'utf8' });
  const reading = cliFiles.filter(
    (name) =>
      name.endsWith('.ts') &&
      /\b(readFile|readSync|createReadStream)/.test(readFileSync(join(ROOT, 'src', 'cli', name), 'utf8')),
  );
  expect(reading.sort()).toEqual(own);
});
