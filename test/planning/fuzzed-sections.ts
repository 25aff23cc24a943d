import fc from 'fast-check';
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
import { ADAPTER_LAYERS } from '../../src/vllm/adapters';
import { PRESET_NAMES } from '../../src/workload/presets';
import { oftenHalf, positive, section, share, upTo } from './fuzzed-values';

const ACCOUNT = 'us-east-1:123456789012';

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
export const ofRate = { ...requests, requestsPerSecond: positive(20) };
export const ofUsers = {
  ...requests,
  concurrentUsers: fc.integer({ min: 1, max: 5000 }),
  secondsBetweenRequests: positive(600),
};

export const existingNetwork = {
  vpcId: id('vpc'),
  machineSubnetIds: fc.array(id('subnet'), { minLength: 1, maxLength: 3 }),
  loadBalancerSubnetIds: fc.array(id('subnet'), { minLength: 2, maxLength: 3 }),
  routeTableIds: fc.array(id('rtb'), { minLength: 1, maxLength: 2 }),
  interfaceEndpoints: fc.subarray([...ENDPOINT_SERVICES], { minLength: 1 }),
};
export const frontDoor = {
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

export const sizing = {
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
export const withAdapters = fc.record({
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

export const deployment = {
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
  capacityReservationZone: fc.constantFrom('use1-az1', 'usw2-az2', 'euc1-az3'),
  spotInstanceTypes: fc.subarray(['g7e.2xlarge', 'g7e.4xlarge', 'g6e.xlarge'], { minLength: 2 }),
  onDemandBase: fc.integer({ min: 0, max: 4 }),
  schedule: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('morning', 'night'),
      cron: fc.constantFrom('0 7 * * MON-FRI', '30 20 * * *'),
      timeZone: fc.constantFrom('Europe/Berlin', 'etc/utc'),
      minInstances: fc.integer({ min: 0, max: 2 }),
      maxInstances: fc.integer({ min: 2, max: 9 }),
    }),
    { maxLength: 2, selector: ({ name }) => name },
  ),
  sleepAfterMinutes: fc.integer({ min: 15, max: 240 }),
};
