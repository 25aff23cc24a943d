import fc from 'fast-check';
import { EMBEDDED_CATALOGUE, regionsOf } from '../../src/hardware/offerings';
import { CHECKPOINT_KEYS, QUALITY_FLOORS } from '../../src/models/checkpoints';
import { MODEL_NAMES } from '../../src/models/registry';
import { SURVIVALS } from '../../src/requirements/choices';
import {
  BUDGET_SCOPES,
  ENDPOINT_SERVICES,
  EVERYONE,
  LOADERS,
  NAT_MODES,
  NEW_MONITOR,
  WEIGHT_SOURCES,
} from '../../src/requirements/deployment-input';
import { MARKETS } from '../../src/requirements/input';
import { ADAPTER_LAYERS } from '../../src/vllm/adapters';
import { RELEASES } from '../../src/vllm/releases';
import { PRESET_NAMES } from '../../src/workload/presets';

const REGIONS = regionsOf(EMBEDDED_CATALOGUE);
const ACCOUNT = 'us-east-1:123456789012';

/** Mostly sensible values, sometimes anything at all. */
const orAnything = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 400, arbitrary: value },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: hostile },
  );
const hostile = fc.constantFrom(
  '',
  `\${jndi:x}`,
  '$(reboot)',
  '"; rm -rf /',
  'ä\u0000\n',
  '%{ if true }',
  -1,
  0,
  1e308,
  Number.NaN,
  null,
  [],
  {},
);

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;
const eachOrAnything = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, orAnything(value)]));
/** Any of the fields. */
const section = (fields: Fields): fc.Arbitrary<unknown> =>
  orAnything(fc.record(eachOrAnything(fields), { requiredKeys: [] }));
/** A few of many fields, for all of them together contradict each other. */
const fewOf = (fields: Fields): fc.Arbitrary<unknown> =>
  orAnything(
    fc
      .subarray(Object.keys(fields), { maxLength: 3 })
      .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, orAnything(fields[key]!)])))),
  );
const positive = (max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 1, max: 10_000 }).map((n) => (n * max) / 10_000);
/** Mostly of two digits: anywhere else, doubles lie at the ends. */
const upTo = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 100 }).map((percent) => (percent * max) / 100) },
    { weight: 1, arbitrary: fc.double({ min: 0, max, noNaN: true }) },
  );
const share = upTo(1);
const oftenHalf = fc.oneof({ weight: 9, arbitrary: upTo(0.5) }, { weight: 1, arbitrary: share });
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const id = (kind: string): fc.Arbitrary<string> => hex(17).map((digits) => `${kind}-${digits}`);
const secret = fc.constantFrom('none', 'variable', `arn:aws:secretsmanager:${ACCOUNT}:secret:key-AbCdEf`);
const kmsKey = fc.constant(`arn:aws:kms:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`);
const tokens = fc.oneof(
  fc.integer({ min: 1, max: 20_000 }),
  fc.record(
    { mean: fc.integer({ min: 1, max: 10_000 }), p95: fc.integer({ min: 10_000, max: 60_000 }) },
    { requiredKeys: ['mean'] },
  ),
);

const requests = {
  preset: fc.constantFrom(...PRESET_NAMES),
  inputTokens: tokens,
  outputTokens: tokens,
  sharedPrefixShare: oftenHalf,
  historyShare: oftenHalf,
  thinking: fc.boolean(),
  streaming: fc.boolean(),
};
const ofRate = { ...requests, requestsPerSecond: positive(20) };
const ofUsers = {
  ...requests,
  concurrentUsers: fc.integer({ min: 1, max: 5000 }),
  secondsBetweenRequests: positive(600),
};

const existingNetwork = {
  vpcId: id('vpc'),
  machineSubnetIds: fc.array(id('subnet'), { minLength: 1, maxLength: 3 }),
  loadBalancerSubnetIds: fc.array(id('subnet'), { minLength: 2, maxLength: 3 }),
  routeTableIds: fc.array(id('rtb'), { minLength: 1, maxLength: 2 }),
  interfaceEndpoints: fc.subarray([...ENDPOINT_SERVICES], { minLength: 1 }),
};
const frontDoor = {
  exposure: fc.constantFrom('internal', 'public'),
  certificateArn: fc.constant(`arn:aws:acm:${ACCOUNT}:certificate/abc`),
  cidr: fc.constantFrom('10.7.0.0/16', '192.168.0.0/16'),
  allowedCidrs: fc.subarray([EVERYONE, '10.0.0.0/8', '2001:db8::/32'], { minLength: 1 }),
  natGateways: fc.constantFrom(...NAT_MODES),
  domain: fc.constant({ name: 'llm.example.com', hostedZoneId: 'Z0123456789' }),
  webAclArn: fc.constant(`arn:aws:wafv2:${ACCOUNT}:regional/webacl/own/1`),
  rateLimitPerKey: fc.integer({ min: 10, max: 100_000 }),
  targetControlPort: fc.integer({ min: 1024, max: 65_535 }),
  encryptToMachines: fc.boolean(),
  jwt: fc.record(
    {
      issuer: fc.constant('https://issuer.example.com'),
      jwksUrl: fc.constant('https://issuer.example.com/keys'),
      audience: fc.constantFrom('llm', ['llm']),
    },
    { requiredKeys: ['issuer', 'jwksUrl'] },
  ),
};

const sizing = {
  survive: fc.constantFrom(...SURVIVALS),
  hourlyFactors: fc.array(share, { minLength: 24, maxLength: 24 }),
  growthPerHour: positive(3),
  blockStart: fc.constantFrom('2026-12-01', '2027-02-28'),
  blockDays: fc.oneof(
    fc.integer({ min: 1, max: 14 }),
    fc.integer({ min: 1, max: 26 }).map((weeks) => weeks * 7),
  ),
  mixedFleets: fc.boolean(),
  savingsPlanDiscount: upTo(0.8),
  // Running On-Demand and Spot G and VT instances, P instances, Spot P.
  quotaVcpus: fc.dictionary(
    fc.constantFrom('L-DB2E81BA', 'L-417A185B', 'L-7212CCBC', 'L-3819A6DF'),
    fc.integer({ min: 0, max: 2000 }),
  ),
  hostedApis: fc.array(
    fc.record({
      name: fc.constantFrom('Ours', 'Qwen3.5-35B-A3B (Alibaba)'),
      inputUsdPerMillion: positive(5),
      outputUsdPerMillion: positive(20),
    }),
    { maxLength: 2 },
  ),
  fp8KvCache: fc.boolean(),
  mtp: fc.boolean(),
};

/** Fields that go together. */
const withAdapters = fc.record({
  adapters: fc.array(
    fc.record({
      name: fc.constantFrom('support', 'search'),
      repository: fc.constant('acme/support-lora'),
      revision: hex(40),
      rank: fc.constantFrom(8, 16, 64, 256),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  sizing: section({
    ...sizing,
    adaptersAtOnce: fc.integer({ min: 1, max: 2 }),
    adapterLayers: fc.constantFrom(...ADAPTER_LAYERS),
  }),
});

const deployment = {
  deletionProtection: fc.boolean(),
  kmsKeyArn: kmsKey,
  alertEmail: fc.constant('ops@example.com'),
  budget: fc.constantFrom(...BUDGET_SCOPES),
  anomalyMonitorArn: fc.constant(NEW_MONITOR),
  apiKey: secret,
  huggingFaceToken: secret,
  secretsKmsKeyArn: kmsKey,
  weights: fc.constantFrom(...WEIGHT_SOURCES),
  loader: fc.constantFrom(...LOADERS),
  revision: hex(40),
  image: fc.constantFrom(
    'vllm/vllm-openai:v0.33.0',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com/vllm/vllm-openai:v0.33.0',
  ),
  amiId: id('ami'),
  capacityReservationId: id('cr'),
  spotInstanceTypes: fc.subarray(['g7e.2xlarge', 'g7e.4xlarge', 'g6e.xlarge'], { minLength: 2 }),
  onDemandBase: fc.integer({ min: 0, max: 4 }),
  schedule: fc.array(
    fc.record({
      name: fc.constantFrom('morning', 'night'),
      cron: fc.constantFrom('0 7 * * MON-FRI', '30 20 * * *'),
      timeZone: fc.constantFrom('Europe/Berlin', 'etc/utc'),
      minInstances: fc.integer({ min: 0, max: 2 }),
      maxInstances: fc.integer({ min: 2, max: 9 }),
    }),
    { maxLength: 2 },
  ),
  sleepAfterMinutes: fc.integer({ min: 15, max: 240 }),
};

const document = fc.record(
  {
    model: orAnything(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...MODEL_NAMES) },
        { weight: 1, arbitrary: fc.string() },
      ),
    ),
    checkpoint: orAnything(
      fc.oneof(
        { weight: 8, arbitrary: fc.constant('auto') },
        { weight: 2, arbitrary: fc.constantFrom(...CHECKPOINT_KEYS) },
      ),
    ),
    qualityFloor: orAnything(fc.constantFrom(...QUALITY_FLOORS)),
    contextTokens: orAnything(fc.oneof(fc.integer({ min: 256, max: 1_010_000 }), fc.constant(262_144))),
    workload: fc.oneof(
      { weight: 30, arbitrary: section(ofRate) },
      { weight: 9, arbitrary: section(ofUsers) },
      { weight: 1, arbitrary: section({ ...ofRate, ...ofUsers, trace: fc.constant('requests.jsonl') }) },
    ),
    slo: section({
      ttftP95Seconds: positive(60),
      tpotP95Seconds: fc.integer({ min: 20, max: 500 }).map((ms) => ms / 1000),
    }),
    regions: orAnything(
      fc.oneof(
        fc.constant(['us-east-1']),
        fc.array(fc.constantFrom(...REGIONS), { minLength: 1, maxLength: 2 }),
      ),
    ),
    // Few types at a time keep two thousand searches short; whole regions are searched in planning.test.ts.
    instanceTypes: orAnything(
      fc.record({
        allow: fc.subarray(['g6e', 'g7e', 'p5', 'p4d', 'g6.xlarge', 'p5e*'], { minLength: 2, maxLength: 3 }),
        deny: fc.subarray(['g6', 'g7e.2xlarge']),
      }),
    ),
    markets: orAnything(fc.oneof(fc.constant(['on-demand']), fc.subarray([...MARKETS], { minLength: 1 }))),
    minReplicas: orAnything(fc.integer({ min: 1, max: 9 })),
    minZones: orAnything(fc.integer({ min: 1, max: 2 })),
    monthlyBudgetUsd: orAnything(fc.integer({ min: 1000, max: 1_000_000 })),
    confidence: orAnything(fc.integer({ min: 50, max: 99 }).map((percent) => percent / 100)),
    vllmVersion: orAnything(fc.constantFrom(...RELEASES.map(({ version }) => version))),
    multimodal: orAnything(fc.boolean()),
    network: fc.oneof(
      { weight: 6, arbitrary: fewOf(frontDoor) },
      { weight: 2, arbitrary: fc.record(existingNetwork) },
      { weight: 1, arbitrary: fewOf({ ...frontDoor, ...existingNetwork }) },
    ),
    sizing: section(sizing),
    deployment: fewOf(deployment),
    stateBackend: orAnything(
      fc.record(
        {
          bucket: fc.constant('my-terraform-state'),
          key: fc.constant('qwen/plan.tfstate'),
          region: fc.constantFrom(...REGIONS),
        },
        { requiredKeys: ['bucket'] },
      ),
    ),
    name: orAnything(fc.constantFrom('a', 'my-service')),
    tags: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom({}, { team: 'search', 'cost center': '4/2' }) },
      {
        weight: 1,
        arbitrary: fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), fc.string({ maxLength: 9 })),
      },
    ),
  },
  { requiredKeys: ['model', 'instanceTypes'] },
);

/** Documents with any of the fields of `selfhost.yaml`; a fifth of them can be planned. */
export const fuzzedRequirements = fc
  .tuple(
    document,
    fc.oneof({ weight: 7, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: withAdapters }),
  )
  .map(([fields, adapters]) => ({ ...fields, ...adapters }));
