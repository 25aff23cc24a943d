import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parsePlan } from '../../src/plan/document';
import { cli, inEmptyFolder, SMALL } from './harness';

inEmptyFolder();

const readPlan = (name: string) => parsePlan(readFileSync(`plans/${name}.plan.json`, 'utf8'), name);

/** A little more than one p5.48xlarge holds. */
const JUST_TOO_MUCH = [
  ...['--model', 'Qwen3.5-397B-A17B', '--checkpoint', 'fp8', '--rate', '6.5', '--name', 'big'],
  ...['--allow-type', 'p5.48xlarge', '--allow-type', 'g7e.48xlarge'],
];

test('a proposed mix is told, and planned as services where the user wants it', async () => {
  const { out } = await cli('plan', ...JUST_TOO_MUCH);
  expect(out).toMatch(/A mix of fleets saves \d+%/);
  const { mix } = readPlan('big');
  expect((await cli('plan', ...JUST_TOO_MUCH, '--mixed')).out).toMatch(/All 2 services: \$[\d,]+ a month/);
  const total = mix!.fleets.reduce((sum, { name }) => sum + readPlan(name).cost.usdPerMonth, 0);
  expect(total).toBeCloseTo(mix!.usdPerMonth, 1);
}, 60_000);

test('where no single fleet does, a mix is named, and planned with --mixed', async () => {
  const quotas = ['--quota', 'L-DB2E81BA=192', '--quota', 'L-417A185B=192', '--name', 'two'];
  const own = [
    ...['--state-bucket', 'my-state', '--domain', 'llm.example.com', '--hosted-zone', 'Z0123456789'],
    ...['--vpc', 'vpc-0123456789abcdef0', '--machine-subnet', 'subnet-0123456789abcdef0'],
    ...['--load-balancer-subnet', 'subnet-0123456789abcdef1,subnet-0123456789abcdef2'],
    ...['--route-table', 'rtb-0123456789abcdef0', '--interface-endpoint', 'kms'],
  ];
  const refused = await cli('plan', ...JUST_TOO_MUCH, ...quotas);
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toMatch(
    /^error: no plan .*; a mix of fleets does it for .*: --mixed plans each of them\n$/,
  );
  const built = await cli('plan', ...JUST_TOO_MUCH, ...quotas, ...own, '--mixed');
  expect(built.code).toBe(0);
  // One Terraform state for both, and applying the second would destroy the first; of names and endpoints there is one.
  const [base, peak] = ['base', 'peak'].map((label) => readPlan(`two-${label}`).requirements);
  expect(base!.stateBackend!.key).toBe('qwen-selfhost/two-base.tfstate');
  expect(peak!.stateBackend!.key).toBe('qwen-selfhost/two-peak.tfstate');
  expect(base!.network.domain!.name).toBe('base.llm.example.com');
  expect(peak!.network.domain!.name).toBe('peak.llm.example.com');
  const endpoints = [base!, peak!].map(({ network }) => [network.routeTableIds, network.interfaceEndpoints]);
  expect(endpoints.toSorted().flat(2)).toEqual(['rtb-0123456789abcdef0', 'kms']);
  expect(readPlan('two-peak').notes.join()).toContain(
    'peak.llm.example.com and base.llm.example.com, with a certificate for that name alone: your callers or a gateway choose',
  );
  expect(built.out).toMatch(/All 2 services: \$[\d,]+ a month \(two-/);
}, 60_000);

test('a plan of one small machine has no mix, and says nothing of it', async () => {
  const { out } = await cli('plan', ...SMALL, '--name', 'small', '--mixed');
  expect(out).not.toContain('mix of fleets');
  expect(readPlan('small').mix).toBeUndefined();
});

test('a trace gives rate, lengths and the hours; a missing one is named', async () => {
  const lines = Array.from({ length: 96 * 40 }, (_, i) =>
    JSON.stringify({ timestamp: i * 22.5, input_tokens: 900, output_tokens: 100 }),
  );
  writeFileSync('day.jsonl', lines.join('\n'));
  await cli(
    'plan',
    '--model',
    'Qwen3.5-9B',
    '--allow-type',
    'g6e',
    '--traffic',
    'day.jsonl',
    '--name',
    'traced',
  );
  const plan = readPlan('traced');
  expect(plan.requirements.workload).toMatchObject({ inputTokens: { mean: 900, p95: 900 } });
  expect(plan.requirements.workload.requestsPerSecond).toBeCloseTo(40 / 900, 2);
  expect(plan.scaling.hourlyInstances).toHaveLength(24);
  expect(plan.notes[0]).toMatch(/^day\.jsonl: 3840 requests in 24 hours/);
  const missing = await cli('plan', '--model', 'Qwen3.5-9B', '--traffic', 'none.jsonl');
  expect(missing).toMatchObject({ code: 2 });
  expect(missing.err).toMatch(/^error: cannot read .*none\.jsonl/);
});

test('quotas, prices and hours are flags too, and told apart from nonsense', async () => {
  const hours = Array.from({ length: 24 }, (_, hour) => (hour < 8 ? 0.2 : 1)).join(',');
  const given = [
    ...['--quota', 'L-DB2E81BA=192'],
    ...['--hosted-api', 'Mine=0.2,1.5'],
    '--hourly-factors',
    hours,
  ];
  expect((await cli('plan', ...SMALL, ...given, '--name', 'flags')).code).toBe(0);
  const { sizing } = readPlan('flags').requirements;
  expect(sizing).toMatchObject({
    quotaVcpus: { 'L-DB2E81BA': 192 },
    hostedApis: [{ name: 'Mine', inputUsdPerMillion: 0.2, outputUsdPerMillion: 1.5 }],
  });
  expect(sizing!.hourlyFactors![3]).toBe(0.2);
  expect((await cli('plan', ...SMALL, '--hosted-api', 'Mine')).err).toContain("such as 'My API=0.25,2'");
  expect((await cli('plan', ...SMALL, '--quota', 'L-DB2E81BA=many')).err).toContain('"many" is not a number');
  expect((await cli('plan', ...SMALL, '--hourly-factors', '1,1')).code).toBe(2);
  expect(existsSync('plans/nothing.plan.json')).toBe(false);
});
