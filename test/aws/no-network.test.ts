import dns from 'node:dns';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { program } from '../../src/cli/program';
import { bufferStreams } from '../../src/cli/streams';
import { cli, localEnvironment, setEnvironment } from './environment';

/** Commands that say they talk to the network: everything else must work without one. */
const ONLINE = ['catalog refresh', 'preflight', 'bench'];
/** Answers on the loopback until stopped, and asks nobody (test/cli/serve.test.ts). */
const SERVES = ['serve'];

const home = process.cwd();
let folder: string;
let restore: () => void;
const attempts: string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'no-network-'));
  process.chdir(folder);
  restore = setEnvironment(localEnvironment('http://127.0.0.1:9', folder));
  const blocked = (what: string) => (): never => {
    attempts.push(what);
    throw new Error(`the network was touched: ${what}`);
  };
  // As a firewall does it: the socket fails, so that whoever waits for it is told.
  jest.spyOn(net.Socket.prototype, 'connect').mockImplementation(function (this: net.Socket) {
    attempts.push('connect');
    process.nextTick(() => this.destroy(Object.assign(new Error('no network'), { code: 'ENETUNREACH' })));
    return this;
  });
  jest.spyOn(dns, 'lookup').mockImplementation(blocked('lookup') as never);
  jest.spyOn(globalThis, 'fetch').mockImplementation(blocked('fetch'));
});
afterAll(() => {
  jest.restoreAllMocks();
  restore();
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

const SMALL = ['--model', 'Qwen3.5-9B', '--allow-type', 'g6e.xlarge', '--rate', '0.01'];
const PLAN = 'plans/qwen3-5-9b.plan.json';
const MACHINE = ['--model', 'Qwen3.5-9B', '--checkpoint', 'bf16', '--gpu', 'L40S'];
const CASES: string[][] = [
  ['init', '--json'],
  ['plan', ...SMALL],
  ['start', ...SMALL],
  ['explain', PLAN],
  ['diff', PLAN, PLAN],
  ['report', PLAN],
  ['synth', PLAN, '--hcl'],
  ['models'],
  ['memory', ...MACHINE],
  ['vllm-args', ...MACHINE],
  ['predict', ...MACHINE, '--isl', '500', '--osl', '100', '--rate', '0.1'],
  ['simulate', ...MACHINE, '--isl', '500', '--osl', '100', '--rate', '0.1', '--requests', '50'],
  ['calibrate', 'none.json'],
  ['schema'],
  ['catalog', 'show', 'g6e.xlarge'],
  ['--help'],
];

test('every command is either run here or says that it needs the network', () => {
  const leaves = (command: Command, path: string[]): string[] =>
    command.commands.length === 0
      ? [path.join(' ')]
      : command.commands.flatMap((inner) => leaves(inner, [...path, inner.name()]));
  const known = leaves(program([], bufferStreams(80).streams), []);
  const run = CASES.map((words) => known.find((name) => words.join(' ').startsWith(name))).filter(Boolean);
  expect([...new Set([...run, ...ONLINE, ...SERVES])].sort()).toEqual(known.sort());
});

test.each(CASES)('%s', async (...words) => {
  const { code, err } = await cli(...words);
  expect(attempts).toEqual([]);
  expect(err).not.toMatch(/network|unexpected error/);
  if (words[0] !== 'calibrate') expect([code, err.replace(/^warning: .*\n/gm, '')]).toEqual([0, '']);
});

test('planning does not even load the SDK', () => {
  const sdk = Object.keys(require.cache).filter((path) => path.includes('@aws-sdk'));
  expect(sdk).toEqual([]);
});

test('a command that needs the network says so, in one line', async () => {
  for (const words of ONLINE) {
    if (words === 'bench') continue;
    const plan = words === 'preflight' ? [PLAN] : [];
    const { code, err } = await cli(...words.split(' '), ...plan);
    expect(code).toBe(3);
    expect(err.split('\n').at(-2)).toMatch(/^error: /);
  }
  expect(attempts.length).toBeGreaterThan(0);
});
