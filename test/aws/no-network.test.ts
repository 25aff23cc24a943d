import dns from 'node:dns';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, localEnvironment, setEnvironment } from './environment';

/** Commands that say they talk to the network: everything else must work without one. */
const ONLINE = ['catalog refresh', 'preflight'];

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
const CASES: string[][] = [
  ['start', ...SMALL],
  ['synth', 'plans/qwen3-5-9b.plan.json'],
  ['models'],
  ['memory', '--model', 'Qwen3.5-9B', '--gpu', 'L4'],
  ['schema'],
  ['catalog', 'show', 'g6e.xlarge'],
  ['--help'],
];

test.each(CASES)('%s', async (...words) => {
  const { err } = await cli(...words);
  expect(attempts).toEqual([]);
  expect(err).not.toContain('network');
});

test('planning does not even load the SDK', () => {
  const sdk = Object.keys(require.cache).filter((path) => path.includes('@aws-sdk'));
  expect(sdk).toEqual([]);
});

test('a command that needs the network says so, in one line', async () => {
  for (const words of ONLINE) {
    const plan = words === 'preflight' ? ['plans/qwen3-5-9b.plan.json'] : [];
    const { code, err } = await cli(...words.split(' '), ...plan);
    expect(code).toBe(3);
    expect(err.split('\n').at(-2)).toMatch(/^error: /);
  }
  expect(attempts.length).toBeGreaterThan(0);
});
