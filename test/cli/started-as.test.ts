import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from '../../src/cli/program';
import { startedAs } from '../../src/cli/started-as';
import { bufferStreams } from '../../src/cli/streams';
import { inEmptyFolder, SMALL } from './harness';

const CLONE = join(__dirname, '..', '..');

test.each([
  ['npm start', { npm_command: 'start' }, '/clone/bin/qwen-selfhost.js', 'npx qwen-selfhost'],
  ['npx', { npm_command: 'exec' }, '/clone/node_modules/.bin/qwen-selfhost', 'npx qwen-selfhost'],
  ['an installed program', { PATH: '/bin:/usr/local/bin' }, '/usr/local/bin/qwen-selfhost', 'qwen-selfhost'],
  ['a link that PATH lacks', { PATH: '/bin' }, '/clone/qwen-selfhost', 'node qwen-selfhost'],
  ['the file of a clone', {}, '/clone/bin/qwen-selfhost.js', 'node bin/qwen-selfhost.js'],
  [
    'the file of another clone',
    {},
    '/my clone/bin/qwen-selfhost.js',
    "node '/my clone/bin/qwen-selfhost.js'",
  ],
])('%s', (_, env, file, typed) => {
  expect(startedAs({ argv: ['node', file], env, cwd: () => '/clone' })).toBe(typed);
});

describe('what is told to type', () => {
  inEmptyFolder();

  test('starts with what started the program', async () => {
    const { streams, printed } = bufferStreams(100);
    const started = { ...streams, program: 'npx qwen-selfhost' };
    const type = (...words: string[]): Promise<number> => run(['node', 'x', ...words], started);
    expect(await type('plan', ...SMALL, '--out', 'p.json')).toBe(0);
    expect(await type('plan', ...SMALL, '--markdown')).toBe(0);
    expect(await type('init')).toBe(0);
    expect(await type('report', 'selfhost.yaml')).toBe(2);
    const said = `${printed.out}${printed.err}`;
    expect(said).toContain('check your account: npx qwen-selfhost preflight p.json');
    expect(said).toContain('Next: npx qwen-selfhost plan selfhost.yaml');
    expect(said).toContain("write it again with 'npx qwen-selfhost plan'");
    expect(said).not.toMatch(/(?<!npx )qwen-selfhost (plan|report|preflight|synth|bench)/);
  });

  test('can be typed: a clone from its file, an installed program by its name', () => {
    const bin = mkdtempSync(join(tmpdir(), 'bin-'));
    symlinkSync(join(CLONE, 'bin', 'qwen-selfhost.js'), join(bin, 'qwen-selfhost'));
    const { npm_command: _, ...outside } = process.env;
    const env = { ...outside, PATH: `${bin}${delimiter}${process.env.PATH}` };
    const next = (command: string): string =>
      /Next: (.*) plan other\.yaml/.exec(
        execFileSync('sh', ['-c', `${command} init --force --out other.yaml`], { encoding: 'utf8', env }),
      )![1]!;
    try {
      const file = `node ${join(CLONE, 'bin', 'qwen-selfhost.js')}`;
      expect([next(file), next('qwen-selfhost')]).toEqual([file, 'qwen-selfhost']);
    } finally {
      rmSync(bin, { recursive: true });
    }
  });
});
