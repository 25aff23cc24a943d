import * as z from 'zod';
import { FLAGS, labelOf } from '../../src/requirements/flags';
import { requirementsInputSchema } from '../../src/requirements/input';
import { cli, inEmptyFolder, SMALL } from './harness';

inEmptyFolder();

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly anyOf?: readonly Node[];
}

/** Paths of the values in a document: sections are walked into, a choice between a section and a value is the section. */
function leaves(node: Node, path: readonly string[] = []): string[] {
  const section = node.properties ? node : node.anyOf?.find(({ properties }) => properties);
  if (section === undefined) return [path.join('.')];
  return Object.entries(section.properties!).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}
const FIELDS = leaves(z.toJSONSchema(requirementsInputSchema, { io: 'input' }) as Node);

const flagsOf = (field: string): string[] =>
  FLAGS.filter(({ path }) => path.join('.') === field).map(labelOf);

test('every field of selfhost.yaml is a flag of `plan` and of `start`, and every flag is a field', async () => {
  expect(FIELDS.length).toBeGreaterThan(60);
  expect(FIELDS.filter((field) => flagsOf(field).length === 0)).toEqual([]);
  expect(FLAGS.filter(({ path }) => !FIELDS.includes(path.join('.'))).map(labelOf)).toEqual([]);
  expect(new Set(FLAGS.map(labelOf)).size).toBe(FLAGS.length);
  for (const command of ['plan', 'start']) {
    const { out } = await cli(command, '--help');
    expect(
      FLAGS.map(labelOf).filter((label) => !out.includes(`${label} `) && !out.includes(`${label}\n`)),
    ).toEqual([]);
  }
});

test('lists of numbers, quotas, prices and schedules reach the plan', async () => {
  const factors = Array.from({ length: 24 }, (_, hour) => (hour < 6 ? 0.2 : 1)).join(',');
  const { out, err, code } = await cli(
    'plan',
    ...SMALL,
    '--json',
    ...['--hourly-factors', factors],
    ...['--quota', 'L-DB2E81BA=192'],
    ...['--hosted-api', 'My API=0.25,2'],
    ...['--schedule', 'night=0 22 * * *;0-0;Europe/Berlin'],
    ...['--schedule', 'day=0 6 * * MON-FRI;1-2'],
  );
  expect([code, err.replace(/^warning: .*\n/gm, '')]).toEqual([0, '']);
  const { requirements } = JSON.parse(out);
  expect(requirements.sizing).toMatchObject({
    quotaVcpus: { 'L-DB2E81BA': 192 },
    hostedApis: [{ name: 'My API', inputUsdPerMillion: 0.25, outputUsdPerMillion: 2 }],
  });
  expect(requirements.sizing.hourlyFactors.slice(5, 7)).toEqual([0.2, 1]);
  expect(requirements.deployment.schedule).toEqual([
    { name: 'night', cron: '0 22 * * *', timeZone: 'Europe/Berlin', minInstances: 0, maxInstances: 0 },
    { name: 'day', cron: '0 6 * * MON-FRI', timeZone: 'Etc/UTC', minInstances: 1, maxInstances: 2 },
  ]);
});

test.each([
  ['--schedule', 'night', /^error: --schedule: "night" is not NAME=CRON;MIN-MAX/],
  ['--schedule', 'night=0 22 * *;0-0', /^error: --schedule/],
  ['--schedule', 'night=0 22 * * *;4-1', /^error: --schedule: .*minInstances is above maxInstances/],
  ['--quota', 'L-DB2E81BA=many', /^error: --quota: "many" is not a number/],
  ['--hourly-factors', '1,2,3', /^error: --hourly-factors/],
])('%s %s is refused', async (flag, value, message) => {
  const { code, err } = await cli('plan', ...SMALL, flag, value);
  expect(err).toMatch(message);
  expect(err.trimEnd().split('\n').length).toBe(1);
  expect(code).toBe(2);
});
