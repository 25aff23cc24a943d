import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { writeText } from '../../src/cli/files';
import { UserError } from '../../src/errors';
import { cli, inEmptyFolder, SMALL } from './harness';

inEmptyFolder();

test('a file is replaced whole, and nothing is left beside it', () => {
  writeFileSync('plan.json', 'a longer text');
  writeText('plan.json', 'new');
  writeText('deep/er/plan.json', 'new');
  expect(readFileSync('plan.json', 'utf8')).toBe('new');
  expect(readdirSync('.').sort()).toEqual(['deep', 'plan.json']);
});

test('what a link leads to is written, and the link stays', () => {
  writeFileSync('plan.json', 'old');
  symlinkSync('plan.json', 'link');
  symlinkSync('none-yet.json', 'dangling');
  for (const link of ['link', 'dangling']) {
    writeText(link, 'new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  }
  expect(readFileSync('plan.json', 'utf8')).toBe('new');
  expect(readFileSync('none-yet.json', 'utf8')).toBe('new');
});

// As root in a container, a rename over /dev/null would leave a file where the device was.
test('a pipe is written to, not replaced', () => {
  execFileSync('mkfifo', ['pipe']);
  const reader = openSync('pipe', constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    writeText('pipe', 'through');
    const got = Buffer.alloc(20);
    expect(got.toString('utf8', 0, readSync(reader, got))).toBe('through');
  } finally {
    closeSync(reader);
  }
  expect(lstatSync('pipe').isFIFO()).toBe(true);
});

test('a folder is refused in one line', () => {
  expect(() => writeText('.', 'x')).toThrow(UserError);
  expect(() => writeText('.', 'x')).toThrow(/^cannot write "\.": it is a directory; choose another place$/);
});

test('commands to go on with have paths as a shell takes them', async () => {
  const { out } = await cli('plan', ...SMALL, '--out', "my plans/it's.plan.json");
  expect(out).toContain(`qwen-selfhost synth 'my plans/it'\\''s.plan.json'`);
  expect((await cli('init', '--out', 'a b.yaml')).out).toContain("Next: qwen-selfhost plan 'a b.yaml'\n");
});
