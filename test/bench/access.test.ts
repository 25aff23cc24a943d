import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keepingSecret, redactor } from '../../src/bench/secret';
import { UserError } from '../../src/errors';
import { serializePlan } from '../../src/plan/document';
import { cli, inEmptyFolder } from '../cli/harness';
import { makePlan } from '../stacks/make-plan';
import { selfSigned } from './certificate';
import { type Fault, startServer, type TestServer } from './server';

inEmptyFolder();

let server: TestServer;
afterEach(() => server.close());

const quick = (fault: Fault = 'none') => ({ firstMillis: 1, gapMillis: 1, tokens: 3, fault });
// Ends with its last request: the duration is for machines that are slow at it.
const SHORT = ['--duration', '15', '--warmup', '0', '--concurrency', '2', '--requests', '30'];
const writePlan = (): void => {
  const workload = { inputTokens: { mean: 60, p95: 100 }, outputTokens: { mean: 3, p95: 3 } };
  writeFileSync('plan.json', serializePlan(makePlan({ requirements: { workload } })));
};

describe('TLS', () => {
  const secret = selfSigned();
  beforeEach(async () => {
    server = await startServer(() => quick(), { tls: secret, metrics: () => 'vllm:num_preemptions_total 4' });
    writeFileSync('ca.pem', secret.cert);
    writePlan();
  });

  test('a certificate that nobody vouches for is refused, and told how to trust', async () => {
    const { code, err } = await cli('bench', '--smoke', '--url', server.url);
    expect(code).toBe(3);
    expect(err).toMatch(
      /^error: smoke: https:.*self-signed certificate; trust its authority with --ca-file FILE.*\n$/,
    );
    expect(server.paths).toEqual([]);
    const bench = await cli('bench', 'plan.json', '--url', server.url, ...SHORT);
    expect([bench.code, bench.err]).toEqual([3, expect.stringContaining('--ca-file FILE')]);
  });

  test('--ca-file: smoke, requests and /metrics, over few connections', async () => {
    expect((await cli('bench', '--smoke', '--url', server.url, '--ca-file', 'ca.pem')).code).toBe(0);
    const before = server.connections();
    const { out } = await cli(
      'bench',
      'plan.json',
      '--url',
      server.url,
      '--ca-file',
      'ca.pem',
      ...SHORT,
      '--json',
    );
    const { points, target } = JSON.parse(out);
    expect(target.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect(points[0].requests).toMatchObject({ succeeded: 30, errors: {} });
    expect(points[0].server).toMatchObject({ preemptions: 0 });
    // Two clients, and one connection a reading of /metrics.
    expect(server.connections() - before).toBeLessThan(8);
  });

  test('NODE_EXTRA_CA_CERTS works as in every program of Node', async () => {
    const program = join(__dirname, '..', '..', 'bin', 'qwen-selfhost.js');
    const words = [program, 'bench', '--smoke', '--url', server.url];
    const { stdout } = await promisify(execFile)(process.execPath, words, {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: join(process.cwd(), 'ca.pem') },
    });
    expect(stdout).toMatch(/^ok: \d+ of/);
  });

  test('a file that holds no certificate is a mistake', async () => {
    writeFileSync('none.pem', 'hello');
    const { code, err } = await cli('bench', '--smoke', '--url', server.url, '--ca-file', 'none.pem');
    expect([code, err]).toEqual([2, 'error: --ca-file: it holds no certificate in PEM form\n']);
  });
});

describe('the key', () => {
  // A key that JSON and URLs write otherwise.
  const KEY = `sk-"/\\%+hush99=${'a'.repeat(40)}`;
  const forms = [KEY, JSON.stringify(KEY).slice(1, -1), encodeURIComponent(KEY), 'hush99', 'sk-"'];
  beforeEach(() => {
    process.env.ACCESS_TEST_KEY = KEY;
    writePlan();
  });
  afterEach(() => {
    delete process.env.ACCESS_TEST_KEY;
  });

  test.each<Fault>([
    'none',
    'http-400',
    'http-500',
    'http-429',
    'error-event',
    'echo-type',
    'echo-long',
    'redirect',
  ])('an endpoint that answers "%s" and repeats it gets it printed nowhere', async (fault) => {
    // The two questions before a run are answered, or there would be no result to look at.
    server = await startServer((index) => quick(index < 2 ? 'none' : fault));
    mkdirSync('written');
    const access = ['--url', server.url, '--api-key-env', 'ACCESS_TEST_KEY'];
    const runs = [
      await cli('bench', 'plan.json', ...access, ...SHORT, '--out', 'written/r.json'),
      await cli('bench', 'plan.json', ...access, ...SHORT, '--json', '--out', 'written/r.md'),
      await cli('bench', '--smoke', ...access, '--json'),
    ];
    expect(server.played.every(({ authorization }) => authorization === `Bearer ${KEY}`)).toBe(true);
    const shown = [
      ...runs.map(({ out, err }) => out + err),
      ...['r.json', 'r.md'].flatMap((name) => fileOf(name)),
    ].join('\n');
    if (fault !== 'none') expect(shown).toMatch(/failed|does not answer/);
    for (const form of forms) expect(shown).not.toContain(form);
  });

  test('neither does a defect show it', async () => {
    server = await startServer(() => quick());
    const defect = async (): Promise<never> => {
      throw new TypeError(`bad header: Bearer ${KEY}`);
    };
    const error = await keepingSecret(KEY, defect).catch((thrown: Error) => thrown);
    expect(`${(error as Error).message} ${(error as Error).stack}`).not.toContain('hush99');
    const mistake = await keepingSecret(KEY, async () => {
      throw new UserError(`no ${KEY}`, 3);
    }).catch((thrown: UserError) => thrown);
    expect(mistake).toMatchObject({ message: 'no ***', exitCode: 3 });
    expect(redactor(undefined)('as it was')).toBe('as it was');
  });
});

const fileOf = (name: string): string[] => {
  try {
    return [readFileSync(join('written', name), 'utf8')];
  } catch {
    return [];
  }
};

test('a redirect is an error and is not followed, whoever asks', async () => {
  const other = await startServer(() => quick());
  server = await startServer(() => quick('redirect'), { redirectTo: other.url });
  const smoke = await cli('bench', '--smoke', '--url', server.url, '--model', 'm');
  expect(smoke).toMatchObject({ code: 3, err: expect.stringContaining('redirect') });
  const listed = await cli('bench', '--smoke', '--url', `${server.url}/moved`);
  expect(listed).toMatchObject({ code: 3, err: expect.stringContaining('HTTP 302') });
  expect(other.paths).toEqual([]);
  await other.close();
});
