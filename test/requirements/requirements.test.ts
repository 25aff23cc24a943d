import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { type Override, readRequirements } from '../../src/requirements/document';
import { requirementsJsonSchema } from '../../src/requirements/input';
import { resolveRequirements } from '../../src/requirements/resolve';

const read = (text: string, overrides: Override[] = []) =>
  readRequirements({ name: 'selfhost.yaml', text }, overrides);
const resolve = (text: string) => resolveRequirements(read(text), EMBEDDED_CATALOGUE);

describe('defaults', () => {
  test('a model is enough', () => {
    const { requirements } = resolve('model: Qwen3.5-27B');
    expect(requirements).toMatchObject({
      name: 'qwen3-5-27b',
      checkpoint: 'auto',
      qualityFloor: 'fp8',
      contextTokens: 32768,
      regions: ['us-east-1'],
      markets: ['on-demand'],
      confidence: 0.8,
      workload: { preset: 'chat', requestsPerSecond: 1, thinking: true },
    });
  });

  test('thinking multiplies the output of a preset', () => {
    const on = resolve('model: Qwen3.5-27B').requirements.workload.outputTokens.mean;
    const off = resolve('model: Qwen3.5-27B\nworkload: { thinking: false }').requirements.workload
      .outputTokens.mean;
    expect(on / off).toBeGreaterThan(3);
  });

  test('users become a rate, and the plan says how', () => {
    const { requirements, notes } = resolve(
      'model: Qwen3.5-27B\nworkload: { concurrentUsers: 120, secondsBetweenRequests: 60 }',
    );
    expect(requirements.workload.requestsPerSecond).toBe(2);
    expect(notes.join()).toContain('120 users');
  });

  test('milliseconds for seconds are asked about, slow targets are not', () => {
    const of = (slo: string) =>
      resolve(`model: Qwen3.5-27B\nslo: ${slo}`).notes.filter((n) => n.includes('milli'));
    expect(of('{ ttftP95Seconds: 2000, tpotP95Seconds: 50 }')).toEqual([
      'slo.ttftP95Seconds is 2000 seconds; give 2 where milliseconds were meant',
      'slo.tpotP95Seconds is 50 seconds; give 0.05 where milliseconds were meant',
    ]);
    expect(of('{ ttftP95Seconds: 120, tpotP95Seconds: 1 }')).toEqual([]);
  });

  test('hosted names resolve to their open twin with an explanation', () => {
    const { requirements, notes } = resolve('model: qwen/qwen3.5-flash');
    expect(requirements.model).toBe('Qwen3.5-35B-A3B');
    expect(notes[0]).toContain('YaRN');
    expect(resolve('model: QWEN3.5-PLUS').requirements.model).toBe('Qwen3.5-397B-A17B');
  });

  test('an explicit four-bit checkpoint lowers the default floor', () => {
    expect(resolve('model: Qwen3.5-397B-A17B\ncheckpoint: nvfp4').requirements.qualityFloor).toBe('int4');
  });
});

test('a capacity block starts today or later, and a schedule is kept in a time zone there is', () => {
  const on = (text: string, today: string) =>
    resolveRequirements(read(`model: Qwen3.5-9B\n${text}`), EMBEDDED_CATALOGUE, today);
  const block = 'sizing: { blockStart: 2026-12-01 }';
  expect(on(block, '2026-12-01').requirements.sizing!.blockStart).toBe('2026-12-01');
  expect(() => on(block, '2026-12-02')).toThrow(
    'sizing.blockStart (--block-start) 2026-12-01 is past, today is 2026-12-02; give a day to come',
  );
  const night = (zone: string) =>
    `deployment: { schedule: [{ name: night, cron: "0 22 * * *", timeZone: ${zone}, minInstances: 0, maxInstances: 0 }] }`;
  for (const zone of ['Europe/Berlin', 'Etc/UTC', 'America/Argentina/Buenos_Aires'])
    expect(on(night(zone), '2026-12-01').requirements.deployment.schedule[0]!.timeZone).toBe(zone);
  for (const [given, spelt] of [
    ['europe/berlin', 'Europe/Berlin'],
    ['AMERICA/NEW_YORK', 'America/New_York'],
    ['etc/utc', 'Etc/UTC'],
    ['etc/gmt+9', 'Etc/GMT+9'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
  ] as const)
    expect(on(night(given), '2026-12-01').requirements.deployment.schedule[0]!.timeZone).toBe(spelt);
  expect(() => on(night('Europe/Berln'), '2026-12-01')).toThrow(/"Europe\/Berln".*no known time zone/);
});

test('half a user is refused, and names far from every known one are given no guess', () => {
  expect(() => resolve('model: Qwen3.5-9B\nworkload: { concurrentUsers: 2.5 }')).toThrow(
    /2\.5 is not a whole number/,
  );
  expect(resolve('model: Qwen3.5-9B\nregions: [" US-West-2"]').requirements.regions).toEqual(['us-west-2']);
  expect(() => resolve('model: Qwen3.5-9B\nregions: [us-east1]')).toThrow(/did you mean us-east-1\?/);
  expect(() => resolve('model: Qwen3.5-9B\nregions: [mars]')).toThrow(
    /^unknown region "mars"\. Regions with/,
  );
  expect(() => resolve('model: Qwen3.5-35B')).toThrow(/did you mean Qwen3\.5-35B-A3B\?/);
  expect(() => resolve('model: gpt-oss-120b')).toThrow(/^unknown model "gpt-oss-120b"\. Known: Qwen/);
});

test('the word everyone stands for the whole internet', () => {
  const text =
    'model: Qwen3.5-9B\nnetwork: { exposure: public, allowedCidrs: [everyone], certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0f3c" }';
  expect(resolve(text).requirements.network.allowedCidrs).toEqual(['0.0.0.0/0']);
});

test('flags win over the file, also where the file gives a plain mean', () => {
  const p95 = { path: ['workload', 'inputTokens', 'p95'], value: 900, label: '--input-tokens-p95' };
  const input = read('model: Qwen3.5-9B\nworkload: { inputTokens: 300 }', [p95]);
  expect(input.workload?.inputTokens).toEqual({ mean: 300, p95: 900 });
});

test('users given as a flag replace the rate of the file', () => {
  const users = { path: ['workload', 'concurrentUsers'], value: 120, label: '--users' };
  const { requirements } = resolveRequirements(
    read('model: Qwen3.5-9B\nworkload: { requestsPerSecond: 7 }', [users]),
    EMBEDDED_CATALOGUE,
  );
  expect(requirements.workload.requestsPerSecond).toBe(2);
});

test('the JSON Schema for editors describes every key', () => {
  const schema = requirementsJsonSchema() as { properties: Record<string, unknown>; required: string[] };
  expect(schema.required).toEqual(['model']);
  expect(Object.keys(schema.properties)).toContain('workload');
});
