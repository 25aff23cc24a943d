import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { serializeResult } from '../../src/bench/result';
import { parsePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { pointOf, RESULT, resultOf } from '../bench/points';
import { cli, inEmptyFolder } from './harness';

inEmptyFolder();

/** The engine of `RESULT`, as a request. */
const ASKED = [
  ...[
    '--model',
    'Qwen3.5-35B-A3B',
    '--checkpoint',
    'fp8',
    '--vllm',
    '0.31.0',
    '--no-mtp',
    '--no-fp8-kv-cache',
  ],
  ...[
    '--input-tokens',
    '1000',
    '--output-tokens',
    '200',
    '--rate',
    '0.2',
    '--ttft-p95',
    '9',
    '--tpot-p95',
    '0.2',
  ],
];
const ON_L40S = [...ASKED, '--allow-type', 'g6e.2xlarge'];

async function calibration(name = 'c.json', result = RESULT): Promise<void> {
  writeFileSync(`${name}.result`, serializeResult(result));
  expect((await cli('calibrate', `${name}.result`, '--out', name)).code).toBe(0);
}
async function plan(...words: string[]): Promise<Plan> {
  const { out, err } = await cli('plan', ...words, '--json');
  return parsePlan(out, err);
}
const error = async (...words: string[]): Promise<string> => {
  const { code, err, out } = await cli(...words);
  expect([code, out, err.trim().split('\n').length]).toEqual([2, '', 1]);
  return err;
};

test('a plan with a calibration says so, and its figures are those measured', async () => {
  await calibration();
  const without = await plan(...ON_L40S);
  const calibrated = await plan(...ON_L40S, '--calibration', 'c.json');
  const sha256 = createHash('sha256').update(readFileSync('c.json')).digest('hex');
  expect(calibrated.calibrations).toMatchObject({
    L40S: { file: 'c.json', sha256, measuredAt: '2026-11-23T20:00:00.000Z', vllmVersion: '0.31.0' },
  });
  const { value, remainingSd } = calibrated.calibrations!.L40S!.decode;
  expect(value).toBeCloseTo(1.18, 1);
  const { tpotP95Seconds: slow } = calibrated.predicted;
  const { tpotP95Seconds: fast } = without.predicted;
  expect(slow.expected / fast.expected).toBeGreaterThan(0.98 * value);
  expect(slow.expected / fast.expected).toBeLessThan(1.1 * value);
  expect(slow.high / slow.expected).toBeCloseTo(Math.exp(1.2816 * remainingSd), 2);
  expect([without.predicted.basis, calibrated.predicted.basis]).toEqual(['datasheet', 'measured']);
  const note = new RegExp(
    `^calibration c\\.json \\(sha256 ${sha256.slice(0, 12)}, measured 2026-11-23\\) is applied: decode step 1\\.\\d+ times`,
  );
  expect(calibrated.notes).toContainEqual(expect.stringMatching(note));
  // The report shows it, whatever else it shows.
  expect((await cli('plan', ...ON_L40S, '--calibration', 'c.json')).out.replace(/\s+/g, ' ')).toContain(
    'calibration c.json (sha256',
  );
  expect(without.calibrations).toBeUndefined();
});

test('a calibration of a GPU that is not chosen says that these figures rest on none', async () => {
  await calibration();
  const { choice, notes } = await plan(...ASKED, '--allow-type', 'g7e.2xlarge', '--calibration', 'c.json');
  expect(choice.gpu).not.toBe('L40S');
  expect(notes.join('\n')).toContain(
    'speaks of L40S, which is not chosen here: these predictions are not calibrated',
  );
});

test('one that could not be used is refused, with what to do', async () => {
  await calibration();
  const other = (...words: string[]) => error('plan', ...ON_L40S, ...words, '--calibration', 'c.json');
  expect(await other('--model', 'Qwen3.5-27B')).toContain(
    'measured with Qwen3.5-35B-A3B, and Qwen3.5-27B is planned',
  );
  expect(await other('--vllm', '0.33.0')).toContain(
    'measured with vLLM 0.31.0, and 0.33.0 is planned; plan with --vllm 0.31.0',
  );
  writeFileSync(
    'old.json',
    readFileSync('c.json', 'utf8').replace(/"performanceData": "[^"]*"/, '"performanceData": "2020-01-01"'),
  );
  expect(await error('plan', ...ON_L40S, '--calibration', 'old.json')).toContain(
    "run 'qwen-selfhost calibrate' on the same results again",
  );
  await calibration('d.json', resultOf([pointOf(0.1, [1, 1, 1]), pointOf(0.3, [1, 1, 1])]));
  expect(await other('--calibration', 'd.json')).toContain(
    'are both calibrations of Qwen3.5-35B-A3B on L40S; give one',
  );
  expect(await error('plan', ...ON_L40S, '--calibration', 'c.json.result')).toContain(
    'not a calibration this program reads',
  );
  expect(await error('plan', ...ON_L40S, '--calibration', 'nope.json')).toContain('cannot read "nope.json"');
});

test('several services: each takes what speaks of its model', async () => {
  await calibration();
  const yaml = ['Qwen3.5-35B-A3B', 'Qwen3.5-9B'].map(
    (model, i) =>
      `  - { model: ${model}, name: s${i}, vllmVersion: 0.31.0, instanceTypes: { allow: [g6e.2xlarge] } }\n`,
  );
  writeFileSync('two.yaml', `services:\n${yaml.join('')}`);
  const { out } = await cli('plan', 'two.yaml', '--rate', '0.05', '--calibration', 'c.json', '--json');
  expect(
    (JSON.parse(out).plans as Plan[]).map(({ calibrations }) => Object.keys(calibrations ?? {})),
  ).toEqual([['L40S'], []]);
});

test('predict and simulate take it too, for its own engine only', async () => {
  await calibration();
  const engine = [
    '--model',
    'Qwen3.5-35B-A3B',
    '--checkpoint',
    'fp8',
    '--vllm',
    '0.31.0',
    '--isl',
    '500',
    '--osl',
    '50',
    '--rate',
    '0.2',
  ];
  const tpot = async (command: string, flags: readonly string[], file: string | null): Promise<number> => {
    const given = file === null ? [] : ['--calibration', file];
    const { out } = await cli(command, ...engine, '--gpu', 'L40S', ...flags, ...given, '--json');
    const document = JSON.parse(out);
    expect(document.calibration?.file ?? null).toBe(file);
    return document.tpotSeconds.expected;
  };
  for (const [command, flags] of [
    ['predict', []],
    ['simulate', ['--requests', '400']],
  ] as const) {
    const ratio = (await tpot(command, flags, 'c.json')) / (await tpot(command, flags, null));
    expect(ratio).toBeGreaterThan(1.15);
    expect(ratio).toBeLessThan(1.25);
  }
  expect((await cli('predict', ...engine, '--gpu', 'L40S', '--calibration', 'c.json')).out).toContain(
    'Corrected by calibration c.json',
  );
  expect(await error('predict', ...engine, '--gpu', 'H100', '--calibration', 'c.json')).toContain(
    'measured on L40S, and --gpu is H100',
  );
});
