import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_NAMES, run } from '../../src/cli/program';
import { bufferStreams } from '../../src/cli/streams';
import { parsePlan } from '../../src/plan/document';
import { cli, inEmptyFolder, SMALL } from './harness';

inEmptyFolder();

describe('plan', () => {
  test('prints the answer and writes the document', async () => {
    const { code, out } = await cli('plan', ...SMALL);
    expect(code).toBe(0);
    expect(out).toContain('Serve Qwen3.5-9B');
    expect(parsePlan(readFileSync('plans/qwen3-5-9b.plan.json', 'utf8'), 'x').choice.instanceType).toMatch(
      /^g6e\./,
    );
  });

  test('fits 80 columns', async () => {
    const { out } = await cli('plan', ...SMALL);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('--json prints the document and writes nothing', async () => {
    const { code, out } = await cli('plan', ...SMALL, '--json');
    expect(code).toBe(0);
    expect(parsePlan(out, 'stdout').name).toBe('qwen3-5-9b');
    expect(readdirSync('.')).toEqual([]);
  });

  test('reads selfhost.yaml of the folder, and flags win', async () => {
    writeFileSync('selfhost.yaml', 'model: Qwen3.5-9B\nname: mine\nworkload: { requestsPerSecond: 9 }\n');
    const { out } = await cli('plan', '--rate', '0.5', '--json');
    expect(JSON.parse(out)).toMatchObject({
      name: 'mine',
      requirements: { workload: { requestsPerSecond: 0.5 } },
    });
  });

  test('every kind of flag reaches the plan', async () => {
    const words = [
      '--no-thinking',
      '--streaming',
      '--input-tokens',
      '500',
      '--tag',
      'team=ml',
      '--region',
      'us-east-1',
      '--region',
      'us-west-2',
      '--context',
      '16384',
    ];
    const { out } = await cli('plan', ...SMALL, ...words, '--json');
    expect(JSON.parse(out).requirements).toMatchObject({
      contextTokens: 16384,
      regions: ['us-east-1', 'us-west-2'],
      tags: { team: 'ml' },
      workload: { thinking: false, streaming: true, inputTokens: { mean: 500, p95: 1250 } },
    });
  });
});

describe('help', () => {
  test('fits 80 columns and lists every command', async () => {
    const { code, out } = await cli('--help');
    expect(code).toBe(0);
    for (const name of COMMAND_NAMES) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test.each(COMMAND_NAMES)('%s --help fits 80 columns and 60', async (name) => {
    for (const columns of [80, 60]) {
      const { streams, printed } = bufferStreams(columns);
      expect(await run(['node', 'qwen-selfhost', name, '--help'], streams)).toBe(0);
      expect(
        printed.out.split('\n').filter((line) => !line.startsWith('Usage:') && line.length > columns),
      ).toEqual([]);
      expect(printed.out).toMatch(/^ {2}-h, --help +display help/m);
    }
  });

  test('models fits 80 columns', async () => {
    const { out } = await cli('models');
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('mistakes', () => {
  test.each([
    ['nothing to plan', ['plan'], 2, /^error: nothing to plan: give --model NAME/],
    ['a missing file', ['plan', 'nope.yaml'], 2, /^error: cannot read "nope\.yaml": no such file/],
    [
      'a unit',
      ['plan', ...SMALL, '--ttft-p95', '2s'],
      2,
      /^error: --ttft-p95: "2s" is not a number; give plain digits/,
    ],
    [
      'an infinite rate',
      ['plan', '--model', 'Qwen3.5-9B', '--rate', 'Infinity'],
      2,
      /^error: --rate: "Infinity" is not a number/,
    ],
    [
      'an unknown option',
      ['plan', '--modle', 'x'],
      2,
      /^error: unknown option '--modle' \(Did you mean --model\?\); see --help\n$/,
    ],
    [
      'an unknown command',
      ['plann'],
      2,
      /^error: unknown command 'plann' \(Did you mean plan\?\); see --help\n$/,
    ],
    [
      'no feasible plan',
      ['plan', '--model', 'Qwen3.5-397B-A17B', '--region', 'eu-west-1'],
      1,
      /^error: no plan for Qwen3\.5-397B-A17B in eu-west-1: nearest is/,
    ],
    [
      'an unwritable place',
      ['plan', ...SMALL, '--out', '/proc/nope/plan.json'],
      3,
      /^error: cannot write "\/proc\/nope\/plan\.json"/m,
    ],
    ['a plan that is none', ['synth', 'nope.plan.json'], 2, /^error: cannot read/],
    ['a bad tag', ['plan', ...SMALL, '--tag', 'novalue'], 2, /--tag: "novalue" is not key=value/],
  ])('%s', async (_, words, code, message) => {
    const result = await cli(...words);
    expect(result.err).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.err).not.toMatch(/\n\s+at /);
    expect(result.out).toBe('');
    expect(readdirSync('.')).toEqual([]);
  });
});

describe('synth', () => {
  test('writes plain Terraform JSON for each plan', async () => {
    await cli('plan', ...SMALL, '--name', 'one');
    await cli('plan', ...SMALL, '--name', 'two');
    const { code, out } = await cli('synth', 'plans/one.plan.json', 'plans/two.plan.json', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out).written).toEqual([
      'cdktf.out/stacks/one/cdk.tf.json',
      'cdktf.out/stacks/two/cdk.tf.json',
    ]);
    const stack = JSON.parse(readFileSync('cdktf.out/stacks/one/cdk.tf.json', 'utf8'));
    expect(stack.terraform.required_version).toBe('>= 1.11');
    expect(Object.keys(stack.resource)).toEqual(
      expect.arrayContaining(['aws_launch_template', 'aws_autoscaling_group', 'aws_lb']),
    );
  });

  test('two plans of one name are refused and nothing is written', async () => {
    await cli('plan', ...SMALL);
    const { code, err } = await cli('synth', 'plans/qwen3-5-9b.plan.json', 'plans/qwen3-5-9b.plan.json');
    expect(code).toBe(2);
    expect(err).toContain('two plans are named');
    expect(existsSync('cdktf.out/stacks')).toBe(false);
  });

  test('--hcl and --out', async () => {
    await cli('plan', ...SMALL);
    const { code } = await cli('synth', 'plans/qwen3-5-9b.plan.json', '--hcl', '--out', 'deep/er');
    expect(code).toBe(0);
    expect(readFileSync('deep/er/hcl/qwen3-5-9b/main.tf', 'utf8')).toContain('required_version = ">= 1.11"');
  });
});

test('start plans and synthesises in one go', async () => {
  const { code, out } = await cli('start', ...SMALL);
  expect(code).toBe(0);
  expect(out).toContain('terraform init');
  expect(existsSync('plans/qwen3-5-9b.plan.json')).toBe(true);
  expect(existsSync('cdktf.out/stacks/qwen3-5-9b/cdk.tf.json')).toBe(true);
});

test('a reader that stops reading is no defect', async () => {
  const program = join(__dirname, '..', '..', 'bin', 'qwen-selfhost.js');
  const child = spawn(process.execPath, [program, 'plan', ...SMALL, '--out', 'p.json']);
  child.stdout.destroy();
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(errors).not.toContain('EPIPE');
  expect(existsSync('p.json')).toBe(true);
});

test('models, schema and help answer', async () => {
  expect((await cli('models')).out).toContain('Qwen/Qwen3.5-35B-A3B-FP8');
  expect(JSON.parse((await cli('models', '--json')).out).models.length).toBeGreaterThan(8);
  expect(JSON.parse((await cli('schema')).out).required).toEqual(['model']);
  expect(JSON.parse((await cli('schema', '--of', 'plan')).out).properties.choice).toBeDefined();
  const help = await cli('--help');
  expect(help.code).toBe(0);
  expect(help.out).toMatch(/plan.*\n[\s\S]*synth/);
});
