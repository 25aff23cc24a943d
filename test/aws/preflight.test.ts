import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../src/aws/preflight/finding';
import { quotaNeeds } from '../../src/aws/preflight/quota';
import { PLAN_TAG } from '../../src/aws/preflight/running';
import { tools } from '../../src/aws/preflight/tools';
import { hubWeights } from '../../src/aws/preflight/weights';
import { Session } from '../../src/aws/session';
import { DEFAULT_SETTINGS } from '../../src/aws/settings';
import { parsePlan, serializePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { accountHandlers, CERTIFICATE, hubHandler, IMAGE, KEY, offeringsIn, SECRET } from './account';
import { cli, localEnvironment, setEnvironment, withTerraform } from './environment';
import { type Handler, type LocalAws, localAws } from './local-aws';
import { json, xml } from './region';

const golden = 'test/golden/plans/tensor-parallel.plan.json';
const frozen = parsePlan(readFileSync(golden, 'utf8'), golden);
/** Of a known size, whatever the planner thinks of it next: 2 machines of 48 vCPUs, growing to 4. */
const PLAN: Plan = {
  ...frozen,
  choice: { ...frozen.choice, instances: 2 },
  scaling: { ...frozen.scaling, maxInstances: 4 },
};
const HUB = `web:GET /api/models/${PLAN.choice.hfId}/revision/main`;

type Requirements = Plan['requirements'];
const withRequirements = (change: (r: Requirements) => Partial<Requirements>): Plan => ({
  ...PLAN,
  requirements: { ...PLAN.requirements, ...change(PLAN.requirements) },
});
/** A plan that names everything a preflight can look at. */
const FULL = withRequirements(({ network, deployment }) => ({
  network: {
    ...network,
    vpcId: 'vpc-0123456789abcdef0',
    machineSubnetIds: ['subnet-0000000000000001', 'subnet-0000000000000002'],
    loadBalancerSubnetIds: ['subnet-0000000000000001', 'subnet-0000000000000002'],
    certificateArn: CERTIFICATE,
    domain: { name: 'llm.example.com', hostedZoneId: 'Z123' },
  },
  deployment: { ...deployment, kmsKeyArn: KEY, apiKey: SECRET, image: IMAGE, weights: 's3' },
  stateBackend: { bucket: 'my-state', key: 'x', region: 'us-west-2' },
}));

let folder: string;
let server: LocalAws;
let restore: () => void;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'preflight-'));
});
afterEach(async () => {
  restore();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const SUPPORT = { name: 'support', repository: 'acme/support-lora', revision: 'a'.repeat(40), rank: 16 };
/** A plan with an adapter, and a hub that has it. */
const ADAPTED = withRequirements(() => ({ adapters: [SUPPORT] }));
const ADAPTER = `web:GET /api/models/acme/support-lora/revision/${SUPPORT.revision}`;
const CONFIG = `web:GET /acme/support-lora/resolve/${SUPPORT.revision}/adapter_config.json`;
const adapterHandlers = (config: unknown = { r: 16 }, model = 'adapter_model.safetensors') => ({
  [ADAPTER]: () =>
    json({ sha: SUPPORT.revision, siblings: [{ rfilename: 'adapter_config.json' }, { rfilename: model }] }),
  [CONFIG]: () => json(config),
});

interface Result {
  readonly code: number;
  readonly err: string;
  readonly out: string;
  readonly findings: Finding[];
  readonly of: (check: string) => Finding | undefined;
}

async function check(plan: Plan, handlers: Record<string, Handler>, ...words: string[]): Promise<Result> {
  server = await localAws({
    [HUB]: hubHandler(plan.choice.checkpointBytes),
    ...accountHandlers(),
    ...handlers,
  });
  restore = setEnvironment({
    ...localEnvironment(server.url, folder),
    HF_ENDPOINT: server.url,
    AWS_REGION: 'us-west-2',
    ...withTerraform(folder),
  });
  const path = join(folder, 'x.plan.json');
  writeFileSync(path, serializePlan(plan));
  const { code, out, err } = await cli('preflight', path, '--json', ...words);
  const findings = (out.startsWith('{') ? JSON.parse(out).findings : []) as Finding[];
  return {
    code,
    err,
    out,
    findings,
    of: (name) => findings.find((finding) => finding.check.startsWith(name)),
  };
}

const notFound: Handler = () =>
  json({ __type: 'ResourceNotFoundException', message: 'no such thing in 123456789012' }, 400);
const denied: Handler = () =>
  json({ __type: 'AccessDeniedException', message: 'User arn:aws:iam::123456789012:user/x may not' }, 400);

test('an account that is ready passes every line', async () => {
  const { code, findings, err } = await check(FULL, {});
  expect(findings.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(findings.map(({ check: name }) => name)).toEqual(
    expect.arrayContaining([
      'credentials',
      'region',
      'zones',
      'subnets',
      'machine image',
      'engine image',
      'certificate',
      'hosted zone',
      'key service',
      'weights',
      'staged weights',
      'state bucket',
      'budget tag',
      'Terraform',
    ]),
  );
});

describe('adapters', () => {
  test('there, with their files and the planned rank', async () => {
    const { of } = await check(ADAPTED, adapterHandlers());
    expect(of('adapter support')).toMatchObject({
      status: 'pass',
      detail: `commit ${SUPPORT.revision}, rank 16`,
    });
  });

  test.each<[string, Record<string, Handler>, Finding['status'], RegExp]>([
    [
      'a rank above the plan',
      adapterHandlers({ r: 8, rank_pattern: { q_proj: 64 } }),
      'fail',
      /rank: 64 in adapters/,
    ],
    ['a rank below it', adapterHandlers({ r: 8 }), 'warn', /rank: 8 in adapters/],
    ['no rank', adapterHandlers({}), 'fail', /save it with PEFT/],
    [
      'no configuration that could be read',
      { ...adapterHandlers(), [CONFIG]: () => json({}, 503) },
      'warn',
      /HF_ENDPOINT/,
    ],
    ['only a pickle', adapterHandlers({ r: 16 }, 'adapter_model.bin'), 'fail', /safe_serialization/],
    ['no such commit', { ...adapterHandlers(), [ADAPTER]: () => json({}, 404) }, 'fail', /HF_TOKEN/],
    ['hub down', { ...adapterHandlers(), [ADAPTER]: () => json({}, 500) }, 'warn', /HF_ENDPOINT/],
  ])('%s', async (_, handlers, status, fix) => {
    const { of } = await check(ADAPTED, handlers);
    expect(of('adapter support')).toMatchObject({ status, fix: expect.stringMatching(fix) });
  });

  test('each is looked for among what is staged', async () => {
    const plan = withRequirements(({ deployment }) => ({
      adapters: [SUPPORT],
      deployment: { ...deployment, weights: 's3' },
    }));
    const { findings } = await check(plan, {
      ...adapterHandlers(),
      's3:ListBucket': (call) =>
        String(call.parameters.prefix).startsWith('acme/')
          ? { status: 200, body: '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>' }
          : accountHandlers()['s3:ListBucket']!(call),
    });
    expect(findings.filter(({ check: name }) => name === 'staged weights')).toMatchObject([
      { status: 'pass' },
      {
        status: 'warn',
        detail: expect.stringContaining(`nothing of acme/support-lora at ${SUPPORT.revision} is staged`),
      },
    ]);
  });
});

test('warnings end with 1, or with 0 when they are allowed', async () => {
  const first = await check(PLAN, {});
  expect(first.of('state bucket')).toMatchObject({ status: 'warn' });
  expect(first.err).toMatch(/^error: ready with warnings: state bucket \(--allow-warnings to accept them\)/);
  expect(first.code).toBe(1);
  await server.close();
  restore();
  expect((await check(PLAN, {}, '--allow-warnings')).code).toBe(0);
});

test.each([
  [
    'two load-balancer subnets of one zone',
    { machines: [1], balancers: [1, 2, 12] },
    'the load balancer subnets subnet-0000000000000002 and subnet-0000000000000012 are both in usw2-az2',
  ],
  ['only one zone for the load balancer', { machines: [1], balancers: [1, 11] }, 'are both in usw2-az1'],
  [
    'machines where the load balancer is not',
    { machines: [1, 3], balancers: [1, 2] },
    'the load balancer has no subnet in usw2-az3, where subnet-0000000000000003 is',
  ],
])('finds %s before AWS refuses them', async (_, { machines, balancers }, problem) => {
  const ids = (numbers: number[]) => numbers.map((n) => `subnet-${String(n).padStart(16, '0')}`);
  const plan = withRequirements(({ network }) => ({
    network: {
      ...network,
      vpcId: 'vpc-0123456789abcdef0',
      machineSubnetIds: ids(machines),
      loadBalancerSubnetIds: ids(balancers),
    },
  }));
  // The zone's number is the last digit of the subnet's id.
  const subnets: Handler = ({ parameters }) => {
    const asked = Object.entries(parameters).flatMap(([key, value]) =>
      key.startsWith('SubnetId.') ? [String(value)] : [],
    );
    const item = (id: string) =>
      `<item><subnetId>${id}</subnetId><vpcId>vpc-0123456789abcdef0</vpcId><availabilityZoneId>usw2-az${id.at(-1)}</availabilityZoneId><availableIpAddressCount>250</availableIpAddressCount></item>`;
    return xml('DescribeSubnets', `<subnetSet>${asked.map(item).join('')}</subnetSet>`);
  };
  const { of } = await check(plan, { 'ec2:DescribeSubnets': subnets });
  expect(of('subnets')).toMatchObject({ status: 'fail', detail: expect.stringContaining(problem) });
});

test('account ids are shown nowhere, the last four digits on request', async () => {
  const { out, err } = await check(
    FULL,
    { 'acm:DescribeCertificate': notFound, 'kms:DescribeKey': denied },
    '--last-digits',
  );
  expect(`${out}${err}`).not.toContain('123456789012');
  expect(out).toContain('account ending in 9012');
});

test('a damaged Hugging Face token is named, and shown nowhere', async () => {
  restore = () => {};
  server = { url: '', calls: [], close: async () => {} };
  const hub = { url: 'http://127.0.0.1:9', token: 'hf_hush\nhush', timeoutSeconds: 1 };
  const found = await hubWeights(new Session(DEFAULT_SETTINGS), PLAN, hub);
  expect(found).toMatchObject({ status: 'warn', detail: expect.stringContaining('HF_TOKEN has characters') });
  expect(JSON.stringify(found)).not.toContain('hush');
});

const FAILURES: [string, Record<string, Handler>, string, Finding['status'], RegExp][] = [
  [
    'no quota',
    accountHandlers({ quotaVcpus: 64 }),
    'quota Running On-Demand G',
    'fail',
    /request-service-quota-increase --service-code ec2 --quota-code L-DB2E81BA --region us-west-2 --desired-value 192/,
  ],
  [
    'quota in use',
    accountHandlers({ quotaVcpus: 100, running: { 'g5.xlarge': 2, 'p5.48xlarge': 3, 'm5.large': 1 } }),
    'quota Running On-Demand G',
    'fail',
    /--desired-value 200/,
  ],
  [
    'quota too small to grow',
    accountHandlers({ quotaVcpus: 96 }),
    'quota Running On-Demand G',
    'warn',
    /--desired-value 192/,
  ],
  [
    'type gone from a zone',
    { 'ec2:DescribeInstanceTypeOfferings': offeringsIn(['g6e.12xlarge'], ['usw2-az1', 'usw2-az4']) },
    'g6e.12xlarge on offer',
    'fail',
    /catalog refresh --region us-west-2/,
  ],
  [
    'zone closed',
    { 'ec2:DescribeAvailabilityZones': () => xml('DescribeAvailabilityZones', '<availabilityZoneInfo/>') },
    'zones',
    'fail',
    /plan again/,
  ],
  [
    'no image parameter',
    { 'ssm:GetParameter': () => json({ __type: 'ParameterNotFound', message: 'x' }, 400) },
    'machine image',
    'fail',
    /deployment\.amiId/,
  ],
  [
    'no engine image',
    { 'ecr:DescribeImages': () => json({ __type: 'ImageNotFoundException', message: 'x' }, 400) },
    'engine image',
    'fail',
    /docker push/,
  ],
  [
    'certificate pending',
    { 'acm:DescribeCertificate': () => json({ Certificate: { Status: 'PENDING_VALIDATION' } }) },
    'certificate',
    'fail',
    /validation/,
  ],
  ['certificate gone', { 'acm:DescribeCertificate': notFound }, 'certificate', 'fail', /request-certificate/],
  [
    'secret without value',
    { 'secretsmanager:DescribeSecret': () => json({ Name: 'x' }) },
    'secret: API key',
    'fail',
    /put-secret-value/,
  ],
  [
    'key disabled',
    { 'kms:DescribeKey': () => json({ KeyMetadata: { KeyId: 'k', KeyState: 'Disabled' } }) },
    'key service',
    'fail',
    /enable the key/,
  ],
  [
    'tag inactive',
    {
      'ce:ListCostAllocationTags': () =>
        json({ CostAllocationTags: [{ TagKey: PLAN_TAG, Status: 'Inactive' }] }),
    },
    'budget tag',
    'warn',
    /update-cost-allocation-tags-status/,
  ],
  [
    'tag not to be asked',
    { 'ce:ListCostAllocationTags': denied },
    'budget tag',
    'warn',
    /docs\/iam\/preflight\.json/,
  ],
  [
    'weights cut short',
    { [HUB]: hubHandler(PLAN.choice.checkpointBytes * 0.5) },
    'weights',
    'fail',
    /incomplete/,
  ],
  ['weights gated', { [HUB]: () => json({ error: 'gated' }, 401) }, 'weights', 'fail', /HF_TOKEN/],
  ['hub down', { [HUB]: () => json({}, 503) }, 'weights', 'warn', /HF_ENDPOINT/],
  [
    'no state bucket',
    { 's3:ListBucket': () => ({ status: 404, body: '' }) },
    'state bucket',
    'fail',
    /create-bucket/,
  ],
  [
    'a foreign zone',
    {
      'route53:GetHostedZone': () => ({
        status: 404,
        body: '<ErrorResponse><Error><Code>NoSuchHostedZone</Code><Message>x</Message></Error></ErrorResponse>',
      }),
    },
    'hosted zone',
    'fail',
    /network\.domain/,
  ],
];
test.each(FAILURES)('%s', async (_, handlers, name, status, fix) => {
  const { of, code, err } = await check(FULL, handlers);
  expect(of(name)).toMatchObject({ status, fix: expect.stringMatching(fix) });
  expect(code).toBe(status === 'fail' ? 3 : 1);
  expect(err.split('\n').length).toBe(2);
});

test.each([
  [
    'expired',
    {
      'sts:GetCallerIdentity': () => ({
        status: 403,
        body: '<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>x</Message></Error></ErrorResponse>',
      }),
    },
    /^error: not ready to deploy: credentials/,
  ],
  [
    'region switched off',
    {
      'ec2:DescribeRegions': () =>
        xml(
          'DescribeRegions',
          '<regionInfo><item><regionName>us-west-2</regionName><optInStatus>not-opted-in</optInStatus></item></regionInfo>',
        ),
    },
    /^error: not ready to deploy: region/,
  ],
])('%s: nothing else is asked', async (_, handlers: Record<string, Handler>, message) => {
  const { code, err } = await check(FULL, handlers);
  expect(err).toMatch(message);
  expect(code).toBe(3);
  expect(new Set(server.calls.map(({ action }) => action)).size).toBeLessThanOrEqual(2);
});

test('an account that never had the quota has its default', async () => {
  const { of } = await check(FULL, {
    'servicequotas:GetServiceQuota': () => json({ __type: 'NoSuchResourceException', message: 'x' }, 400),
    'servicequotas:GetAWSDefaultServiceQuota': () => json({ Quota: { Value: 0 } }),
  });
  expect(of('quota')).toMatchObject({
    status: 'fail',
    detail: expect.stringContaining('0 vCPUs in us-west-2'),
  });
});

const endpointSet =
  (...items: string[]): Handler =>
  () =>
    xml(
      'DescribeVpcEndpoints',
      `<vpcEndpointSet>${items.map((item) => `<item>${item}</item>`).join('')}</vpcEndpointSet>`,
    );
const withNetwork = (change: Partial<Requirements['network']>): Plan => ({
  ...FULL,
  requirements: { ...FULL.requirements, network: { ...FULL.requirements.network, ...change } },
});

describe("an existing VPC's endpoints", () => {
  test('without NAT, those that are missing are named in the words of selfhost.yaml', async () => {
    const { of, code } = await check(withNetwork({ natGateways: 'none', interfaceEndpoints: ['logs'] }), {});
    expect(code).toBe(3);
    expect(of('S3 gateway endpoint')).toMatchObject({ status: 'pass' });
    expect(of('interface endpoints')).toMatchObject({
      status: 'fail',
      detail: expect.stringMatching(/lacks autoscaling, ec2messages, ecr.api, .*, ssmmessages$/),
      fix: expect.stringMatching(/^set network.interfaceEndpoints to \[logs, autoscaling, .*ssmmessages\]/),
    });
    expect(of('interface endpoints')!.detail).not.toMatch(/kms|logs/);
  });

  test('one that is there is not made again', async () => {
    const taken = await check(
      withNetwork({ routeTableIds: ['rtb-00000000000000001'], interfaceEndpoints: ['kms'] }),
      {},
    );
    expect(taken.of('S3 gateway endpoint')).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('rtb-00000000000000001 of'),
    });
    expect(taken.of('interface endpoints')).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('has kms already'),
    });
  });

  test.each([
    ['single', 'warn', 1],
    ['none', 'fail', 3],
  ] as const)('no way to S3 and NAT %s: %s', async (natGateways, status, code) => {
    const none = { 'ec2:DescribeVpcEndpoints': endpointSet() };
    const found = await check(withNetwork({ natGateways }), none);
    expect(found.of('S3 gateway endpoint')).toMatchObject({
      status,
      fix: expect.stringContaining('network.routeTableIds'),
    });
    expect(found.code).toBe(code);
  });
});

describe('a capacity reservation', () => {
  const reserved: Plan = {
    ...FULL,
    requirements: {
      ...FULL.requirements,
      deployment: { ...FULL.requirements.deployment, capacityReservationId: 'cr-0123456789abcdef0' },
    },
  };
  const reservation =
    (state: string, type = 'g6e.12xlarge', zone = 'usw2-az1', count = 2): Handler =>
    () =>
      xml(
        'DescribeCapacityReservations',
        `<capacityReservationSet><item><instanceType>${type}</instanceType><availabilityZoneId>${zone}</availabilityZoneId><totalInstanceCount>${count}</totalInstanceCount><state>${state}</state><startDate>2026-12-01T11:30:00.000Z</startDate></item></capacityReservationSet>`,
      );

  test.each([
    ['active and large enough', reservation('active'), 'pass', /active and holds 2 machines/],
    ['not begun', reservation('scheduled'), 'warn', /starts 2026-12-01T11:30/],
    ['over', reservation('expired'), 'fail', /is expired, not active/],
    ['of another type', reservation('active', 'p5.48xlarge'), 'fail', /holds p5.48xlarge/],
    ['in another zone', reservation('active', 'g6e.12xlarge', 'usw2-az4'), 'fail', /is in usw2-az4/],
    [
      'too small',
      reservation('active', 'g6e.12xlarge', 'usw2-az1', 1),
      'fail',
      /holds 1 machines, the plan needs 2/,
    ],
  ])('%s', async (_, handler, status, detail) => {
    const { of } = await check(reserved, { 'ec2:DescribeCapacityReservations': handler });
    expect(of('capacity reservation')).toMatchObject({ status, detail: expect.stringMatching(detail) });
  });
});

test('a secret under a key of its own needs that key named', async () => {
  const key = KEY.replace('0f7c', '1111');
  const locked = {
    'secretsmanager:DescribeSecret': () =>
      json({ KmsKeyId: key, VersionIdsToStages: { v1: ['AWSCURRENT'] } }),
  };
  const without = await check(FULL, locked);
  expect(without.of('secret: API key')).toMatchObject({
    status: 'fail',
    fix: expect.stringContaining('set deployment.secretsKmsKeyArn'),
  });
  await server.close();
  restore();
  const named = await check(
    {
      ...FULL,
      requirements: {
        ...FULL.requirements,
        deployment: { ...FULL.requirements.deployment, secretsKmsKeyArn: key },
      },
    },
    locked,
  );
  expect(named.of('secret: API key')).toMatchObject({ status: 'pass' });
});

test('a new network asks for room among VPCs and addresses', async () => {
  const five = Array.from({ length: 5 }, (_, i) => `<item><vpcId>vpc-${i}</vpcId></item>`).join('');
  const { of } = await check(PLAN, {
    'servicequotas:GetServiceQuota': () => json({ Quota: { Value: 5 } }),
    'ec2:DescribeVpcs': () => xml('DescribeVpcs', `<vpcSet>${five}</vpcSet>`),
  });
  expect(of('quota VPCs')).toMatchObject({
    status: 'fail',
    detail: '5 in us-west-2; 5 in use, the plan needs 1',
    fix: expect.stringContaining(
      '--service-code vpc --quota-code L-F678F1CE --region us-west-2 --desired-value 6',
    ),
  });
  expect(of('quota Elastic')).toMatchObject({
    status: 'pass',
    detail: '5 in us-west-2; 1 in use, the plan needs 1',
  });
});

describe('what a plan draws on', () => {
  beforeAll(() => {
    restore = () => {};
    server = { url: '', calls: [], close: async () => {} };
  });
  const buy = (market: Plan['choice']['market'], instanceType: string, onDemandBase = 0): string[] =>
    quotaNeeds({
      ...withRequirements(({ deployment }) => ({ deployment: { ...deployment, onDemandBase } })),
      choice: { ...PLAN.choice, market, instanceType, instances: 3 },
      scaling: { ...PLAN.scaling, maxInstances: 5 },
    }).map(({ quota, vcpus, mostVcpus }) => `${quota.code} ${vcpus} ${mostVcpus}`);

  test.each([
    ['on-demand', 'g6e.xlarge', 0, ['L-DB2E81BA 12 20']],
    ['on-demand', 'p5.48xlarge', 0, ['L-417A185B 576 960']],
    ['spot', 'gr6.4xlarge', 1, ['L-3819A6DF 32 64', 'L-DB2E81BA 16 16']],
    ['spot', 'p4d.24xlarge', 0, ['L-7212CCBC 288 480']],
    ['spot', 'p5en.48xlarge', 0, ['L-C4BD4855 576 960']],
    ['spot', 'p6-b200.48xlarge', 0, ['null 576 960']],
    ['capacity-block', 'p5.48xlarge', 0, []],
  ] as const)('%s %s', (market, type, base, expected) => {
    expect(buy(market, type, base)).toEqual(expected);
  });

  test('P6 spot is looked up by name', async () => {
    const handlers = {
      'servicequotas:ListServiceQuotas': () =>
        json({
          Quotas: [
            { QuotaName: 'All P5 Spot Instance Requests', QuotaCode: 'L-5', Value: 1 },
            { QuotaName: 'All P6 Spot Instance Requests', QuotaCode: 'L-6', Value: 192 },
          ],
        }),
    };
    const plan = {
      ...PLAN,
      choice: { ...PLAN.choice, market: 'spot' as const, instanceType: 'p6-b200.48xlarge', instances: 1 },
    };
    const { of } = await check(plan, handlers);
    expect(of('quota')).toMatchObject({ status: 'warn', fix: expect.stringContaining('--quota-code L-6') });
  });
});

test.each([
  ['old', '{"terraform_version":"1.10.5"}', ['fail', 'pass']],
  ['new', '{"terraform_version":"1.11.4"}', ['pass', 'pass']],
  [
    'another provider',
    '{"terraform_version":"2.0.0","provider_selections":{"registry.terraform.io/hashicorp/aws":"6.1.0"}}',
    ['pass', 'warn'],
  ],
  ['damaged', 'Terraform v1.11', ['fail']],
])('Terraform %s', async (_, output, statuses) => {
  restore = () => {};
  server = { url: '', calls: [], close: async () => {} };
  const found = await tools(async (name) => (name === 'terraform' ? output : null), {
    folder: 'x',
    provider: '6.25.0',
  });
  expect(found.map(({ status }) => status)).toEqual(statuses);
});
