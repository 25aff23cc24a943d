import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Ajv2020 from 'ajv/dist/2020';
import { serializeResult } from '../../src/bench/result';
import { OUTPUTS, SCHEMA_NAMES, SCHEMAS, type SchemaName } from '../../src/cli/output/schemas';
import { COMMAND_NAMES, run } from '../../src/cli/program';
import { bufferStreams } from '../../src/cli/streams';
import { hubHandler } from '../aws/account';
import { localEnvironment, setEnvironment } from '../aws/environment';
import { localAws } from '../aws/local-aws';
import { regionHandlers } from '../aws/region';
import { RESULT } from '../bench/points';
import { startServer } from '../bench/server';
import { cli, inEmptyFolder, type Printed, SMALL } from './harness';

const FOLDER = join(__dirname, '..', '..', 'docs', 'schema');
const published = (name: string): object =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.schema.json`), 'utf8')) as object;

// The published files are what a reader has: they are compiled, and not the schemas they were made from.
const ajv = new Ajv2020({ strict: true, strictTypes: false, validateFormats: false, allErrors: true });
const validators = new Map(SCHEMA_NAMES.map((name) => [name, ajv.compile(published(name))] as const));

function problemsOf(name: SchemaName, text: string): unknown {
  const validate = validators.get(name)!;
  return validate(JSON.parse(text)) ? [] : validate.errors;
}

const ENGINE = ['--model', 'Qwen3.5-9B', '--checkpoint', 'bf16', '--gpu', 'L40S'];
const LOAD = ['--isl', '500', '--osl', '20', '--rate', '1'];
const PLAN = ['plan', ...SMALL, '--input-tokens', '60', '--output-tokens', '5'];
const SERVICES = 'services:\n  - { model: Qwen3.5-9B, name: a }\n  - { model: Qwen3.5-9B, name: b }\n';

inEmptyFolder();

/** Which commands were seen to print which schema; the last test looks for one that nobody ran. */
const seen = new Set<string>();

async function expectValid(command: string, name: SchemaName, ...words: string[]): Promise<Printed> {
  const printed = await cli(...words, '--json');
  expect(OUTPUTS[command]).toContain(name);
  expect([words.join(' '), problemsOf(name, printed.out)]).toEqual([words.join(' '), []]);
  seen.add(`${command} ${name}`);
  return printed;
}

test('documents of plans and what is read out of them', async () => {
  writeFileSync('two.yaml', SERVICES);
  const flags = SMALL.slice(2);
  await expectValid('plan', 'plans', 'plan', 'two.yaml', ...flags);
  const { out } = await expectValid('plan', 'plan', ...PLAN);
  writeFileSync('a.plan.json', out);
  await expectValid('report', 'report', 'report', 'a.plan.json');
  await expectValid('explain', 'explanation', 'explain', 'a.plan.json');
  await expectValid('explain', 'explanation', 'explain', 'a.plan.json', 'p5.48xlarge');
  writeFileSync('b.plan.json', (await cli(...PLAN, '--rate', '2', '--json')).out);
  const differences = await expectValid('diff', 'differences', 'diff', 'a.plan.json', 'b.plan.json');
  expect(JSON.parse(differences.out).changes.length).toBeGreaterThan(2);
  await expectValid('synth', 'written', 'synth', 'a.plan.json');
  await expectValid('vllm-args', 'command-line', 'vllm-args', 'a.plan.json');
  await expectValid('init', 'written', 'init', '--out', 'new.yaml');
  await expectValid('start', 'plan', 'start', ...SMALL);
  await expectValid('start', 'plans', 'start', 'two.yaml', ...flags);
});

test('figures of models and engines', async () => {
  await expectValid('models', 'models', 'models');
  await expectValid('memory', 'memory', 'memory', ...ENGINE);
  await expectValid(
    'memory',
    'memory',
    'memory',
    '--model',
    'Qwen3.5-397B-A17B',
    '--checkpoint',
    'bf16',
    '--gpu',
    'L4',
  );
  await expectValid('vllm-args', 'command-line', 'vllm-args', ...ENGINE);
  await expectValid('predict', 'prediction', 'predict', ...ENGINE, ...LOAD);
  // A queue that grows without bound has no wait to name.
  const flooded = await expectValid(
    'predict',
    'prediction',
    'predict',
    ...ENGINE,
    '--isl',
    '5000',
    '--osl',
    '500',
    '--rate',
    '500',
  );
  expect(JSON.parse(flooded.out)).toMatchObject({ stable: false, ttftSeconds: { expected: null } });
  await expectValid(
    'simulate',
    'simulation',
    'simulate',
    ...ENGINE,
    ...LOAD,
    '--requests',
    '300',
    '--slo-ttft',
    '1',
    '--replicas',
    '2',
  );
  await expectValid(
    'simulate',
    'simulation',
    'simulate',
    ...ENGINE,
    '--isl',
    '50',
    '--osl',
    '1',
    '--rate',
    '1',
    '--requests',
    '50',
  );
});

test('measurements, and what is learned from them', async () => {
  writeFileSync('r.json', serializeResult(RESULT));
  const learned = await expectValid('calibrate', 'calibration', 'calibrate', 'r.json');
  expect(readdirSync('.')).toEqual(['r.json']);
  await cli('calibrate', 'r.json', '--json', '--out', 'c.json');
  expect(readFileSync('c.json', 'utf8')).toBe(learned.out);
  const server = await startServer((_, { max_tokens }) => ({
    firstMillis: 1,
    gapMillis: 1,
    tokens: Math.min(3, max_tokens),
    fault: 'none',
  }));
  try {
    await expectValid('bench --smoke', 'smoke', 'bench', '--smoke', '--url', server.url);
    writeFileSync('p.json', (await cli(...PLAN, '--json')).out);
    const load = ['--concurrency', '2', '--requests', '20', '--duration', '5', '--warmup', '0'];
    await expectValid('bench', 'bench-result', 'bench', 'p.json', '--url', server.url, ...load);
  } finally {
    await server.close();
  }
});

test('the address of the planner page', async () => {
  const { streams, printed } = bufferStreams(80);
  const served = run(['node', 'qwen-selfhost', 'serve', '--port', '0', '--json'], streams);
  // Building the page takes seconds on a busy machine.
  for (let i = 0; i < 600 && printed.out === ''; i++) await sleep(50);
  process.emit('SIGTERM');
  expect(await served).toBe(0);
  expect(problemsOf('address', printed.out)).toEqual([]);
  seen.add('serve address');
});

test('what is read of an account', async () => {
  const folder = process.cwd();
  writeFileSync('p.json', (await cli(...PLAN, '--json')).out);
  const hub = 'web:GET /api/models/Qwen/Qwen3.5-9B/revision/main';
  const aws = await localAws({ ...regionHandlers(), [hub]: hubHandler(2e10) });
  const restore = setEnvironment({ ...localEnvironment(aws.url, folder), HF_ENDPOINT: aws.url });
  try {
    await expectValid('catalog refresh', 'catalog-refresh', 'catalog', 'refresh');
    await expectValid('catalog show', 'catalog-figures', 'catalog', 'show', 'g6e', '--region', 'us-east-1');
    // With findings of every kind: this account has none of what the plan needs.
    const { out, code } = await expectValid('preflight', 'preflight', 'preflight', 'p.json');
    expect([code, JSON.parse(out).worst]).toEqual([3, 'fail']);
  } finally {
    restore();
    await aws.close();
  }
});

test.each(SCHEMA_NAMES)(
  'docs/schema holds %s as schema --of prints it (npm run docs:update)',
  async (name) => {
    const { out } = await cli('schema', '--of', name, '--json');
    expect(readFileSync(join(FOLDER, `${name}.schema.json`), 'utf8')).toBe(out);
    expect(ajv.validateSchema(JSON.parse(out) as object)).toBe(true);
    // Without this a schema that allows everything would pass all of the above.
    expect(problemsOf(name, '{"nothing": "like it"}')).not.toEqual([]);
  },
);

test('docs/schema holds nothing else', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(
    Object.keys(SCHEMAS)
      .map((name) => `${name}.schema.json`)
      .sort(),
  );
});

describe('errors under --json', () => {
  test.each([
    ['a mistake', ['plan', '--model', 'nope'], 2],
    ['an unknown option', ['memory', '--modle', 'x'], 2],
    ['nothing feasible', ['plan', '--model', 'Qwen3.5-397B-A17B', '--region', 'eu-west-1'], 1],
    ['the environment', ['bench', '--smoke', '--url', 'http://127.0.0.1:9'], 3],
  ])('%s: one document on stdout, one line on stderr, the exit code in both', async (_, words, exitCode) => {
    const { code, out, err } = await cli(...words, '--json');
    expect(problemsOf('error', out)).toEqual([]);
    const { error } = JSON.parse(out);
    expect(error.exitCode).toBe(exitCode);
    expect(code).toBe(exitCode);
    expect(err.trim().replace(/\s*\n\s*/g, ' ')).toBe(`error: ${error.message}`);
    expect((await cli(...words)).out).toBe('');
  });

  test('a defect', async () => {
    const { streams, printed } = bufferStreams(80);
    let calls = 0;
    const broken = {
      ...streams,
      // Only the command's own document fails to be printed.
      out: (text: string): void => {
        if (calls++ === 0) throw new Error('a pipe broke');
        streams.out(text);
      },
    };
    expect(await run(['node', 'qwen-selfhost', 'models', '--json'], broken)).toBe(70);
    expect(JSON.parse(printed.out)).toEqual({
      error: { message: 'unexpected error: a pipe broke', exitCode: 70 },
    });
  });
});

test('every command that knows --json was run, with every schema it may print', () => {
  const named = new Set(Object.keys(OUTPUTS).map((command) => command.split(' ')[0]));
  expect(COMMAND_NAMES.filter((name) => !named.has(name) && name !== 'schema')).toEqual([]);
  const promised = Object.entries(OUTPUTS).flatMap(([command, names]) =>
    names.map((name) => `${command} ${name}`),
  );
  expect([...seen].sort()).toEqual(promised.sort());
  rmSync('nothing', { force: true });
});
