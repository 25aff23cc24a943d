import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answersOf } from '../../src/cli/commands/init';
import { packageRoot } from '../../src/cli/package-root';
import { cli, inEmptyFolder, SMALL } from './harness';

inEmptyFolder();

test('explain and diff read plans', async () => {
  await cli('plan', ...SMALL, '--name', 'a');
  await cli('plan', ...SMALL, '--name', 'b', '--rate', '9');
  expect((await cli('explain', 'plans/a.plan.json')).out).toContain('limited by');
  expect((await cli('explain', 'plans/a.plan.json', 'g6.xlarge')).out).toContain('stopped by instance-types');
  expect((await cli('explain', 'plans/a.plan.json', 'g6x.xlarge')).err).toMatch(/did you mean g6e?\.xlarge/);
  expect((await cli('diff', 'plans/a.plan.json', 'plans/b.plan.json')).out).toContain('cost.usdPerMonth');
  const { changes } = JSON.parse(
    (await cli('diff', 'plans/a.plan.json', 'plans/b.plan.json', '--json')).out,
  ) as { changes: { path: string }[] };
  expect(changes.map(({ path }) => path)).toContain('requirements.workload.requestsPerSecond');
  expect((await cli('diff', 'plans/a.plan.json', 'plans/a.plan.json')).out).toBe(
    'No difference that matters.\n',
  );
});

test('a type unlike any other is given no guess; a day that is past is refused', async () => {
  await cli('plan', ...SMALL, '--name', 'a');
  expect((await cli('explain', 'plans/a.plan.json', 'banana')).err).toMatch(
    /^error: "banana" is not offered in us-[a-z-]+\d\n$/,
  );
  const past = await cli('plan', ...SMALL, '--block-start', '2024-01-15');
  expect(past).toMatchObject({ code: 2 });
  expect(past.err).toMatch(/\(--block-start\) 2024-01-15 is past, today is \d{4}-\d\d-\d\d;/);
});

test('init names the schema where it lies beside the file, and how to get it elsewhere', async () => {
  await cli('init');
  expect(readFileSync('selfhost.yaml', 'utf8')).toContain('qwen-selfhost schema > requirements.schema.json');
  const schema = 'docs/schema/requirements.schema.json';
  mkdirSync('docs/schema', { recursive: true });
  copyFileSync(join(packageRoot(), schema), schema);
  await cli('init', '--force');
  expect(readFileSync('selfhost.yaml', 'utf8')).toContain(
    '$schema=docs/schema/requirements.schema.json\nmodel:',
  );
});

test('several services are planned at once, with a total', async () => {
  writeFileSync(
    'selfhost.yaml',
    'instanceTypes: { allow: [g6e] }\nservices:\n  - { model: Qwen3.5-9B, name: small }\n  - { model: Qwen3.5-4B, name: smaller }\n',
  );
  const { code, out } = await cli('plan');
  expect(code).toBe(0);
  expect(out).toMatch(/All 2 services: \$[\d,]+ a month \(small \$[\d,]+, smaller \$[\d,]+\)/);
  expect(existsSync('plans/smaller.plan.json')).toBe(true);
  const { totalUsdPerMonth, plans } = JSON.parse((await cli('plan', '--json')).out) as {
    totalUsdPerMonth: number;
    plans: { cost: { usdPerMonth: number } }[];
  };
  expect(totalUsdPerMonth).toBeCloseTo(plans[0]!.cost.usdPerMonth + plans[1]!.cost.usdPerMonth, 2);
});

test('where services together cost more than a budget, it is said to be that of each', async () => {
  const plan = async (budget: number) => {
    writeFileSync(
      'selfhost.yaml',
      `monthlyBudgetUsd: ${budget}\ninstanceTypes: { allow: [g6e] }\nservices:\n  - { model: Qwen3.5-9B, name: small }\n  - { model: Qwen3.5-4B, name: smaller }\n`,
    );
    return (await cli('plan')).out;
  };
  expect(await plan(3000)).toContain(
    "\nA budget (monthlyBudgetUsd, --budget) is each service's own, not that of all together: small $3,000, smaller $3,000\n",
  );
  expect(await plan(20_000)).not.toContain('A budget');
});

test('init writes the example without a terminal, once', async () => {
  expect(await cli('init')).toMatchObject({ code: 0, out: expect.stringContaining('Wrote selfhost.yaml') });
  expect(readFileSync('selfhost.yaml', 'utf8')).toContain('model: Qwen3.5-35B-A3B');
  expect((await cli('init')).err).toMatch(/selfhost\.yaml exists; give --force/);
});

test('init asks six questions, again where an answer makes no sense', async () => {
  const given = ['nonsense', 'qwen3.5-9b', 'rag', 'many', '7', '', '', 'eu-central-1'];
  const answers = await answersOf(async (_, usual) => given.shift() || usual);
  expect(answers).toEqual({
    model: 'Qwen3.5-9B',
    preset: 'rag',
    requestsPerSecond: 7,
    ttftP95Seconds: 3,
    tpotP95Seconds: 0.06,
    region: 'eu-central-1',
  });
  expect(given).toEqual([]);
});

test('start says how to go on with each stack', async () => {
  writeFileSync(
    'two.yaml',
    'instanceTypes: { allow: [g6e] }\nworkload: { requestsPerSecond: 0.01 }\nservices:\n  - { model: Qwen3.5-9B, name: one }\n  - { model: Qwen3.5-4B, name: two }\n',
  );
  const { out } = await cli('start', 'two.yaml');
  const steps = ['one', 'two'].map(
    (name) => `Next: (cd cdktf.out/stacks/${name} && terraform init && terraform plan)\n`,
  );
  expect(out.endsWith(steps.join(''))).toBe(true);
});
