import type { Plan } from '../../src/plan/schema';
import { makePlan, type PlanOverrides, TWO_REPLICAS, withAdapters } from '../stacks/make-plan';

const image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/vllm:v0.31.0';
const risks = ['spot machines are taken back; longer requests are lost'];

/** Two services of one file, as `services:` makes them: a plan and a stack each, side by side in one account. */
export const TWO_SERVICES = ['two-services-chat', 'two-services-code'] as const;

const VARIANTS: Readonly<Record<string, PlanOverrides>> = {
  'one-gpu': {},
  'several-replicas': TWO_REPLICAS,
  'spot-mix': {
    choice: { market: 'spot' },
    risks,
    requirements: { deployment: { spotInstanceTypes: ['g6e.2xlarge', 'g6e.4xlarge'], onDemandBase: 1 } },
  },
  'capacity-block': {
    choice: { market: 'capacity-block' },
    requirements: { deployment: { capacityReservationId: 'cr-0123456789abcdef0' } },
  },
  'existing-vpc': {
    requirements: {
      network: {
        vpcId: 'vpc-0123456789abcdef0',
        machineSubnetIds: ['subnet-0000000000000000a'],
        loadBalancerSubnetIds: ['subnet-0000000000000000b', 'subnet-0000000000000000c'],
      },
    },
  },
  'own-vpc-endpoints': {
    requirements: {
      network: {
        vpcId: 'vpc-0123456789abcdef0',
        machineSubnetIds: ['subnet-0000000000000000a', 'subnet-0000000000000000d'],
        loadBalancerSubnetIds: ['subnet-0000000000000000b', 'subnet-0000000000000000c'],
        natGateways: 'none',
        routeTableIds: ['rtb-0123456789abcdef0'],
        interfaceEndpoints: ['kms', 'secretsmanager'],
      },
      deployment: {
        weights: 's3',
        image,
        apiKey: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:key-AbCdEf',
        secretsKmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef',
      },
    },
  },
  'no-nat': { requirements: { network: { natGateways: 'none' }, deployment: { weights: 's3', image } } },
  'public-https': {
    requirements: {
      network: {
        exposure: 'public',
        allowedCidrs: ['203.0.113.0/24'],
        domain: { name: 'llm.example.com', hostedZoneId: 'Z0123456789' },
        natGateways: 'per-zone',
        webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/x/0f3c',
        encryptToMachines: true,
      },
      deployment: { apiKey: 'variable', huggingFaceToken: 'variable', alertEmail: 'ops@example.com' },
    },
  },
  'sleeps-at-night': {
    requirements: {
      deployment: {
        schedule: [
          { name: 'night', cron: '0 22 * * *', timeZone: 'Etc/UTC', minInstances: 0, maxInstances: 0 },
          { name: 'day', cron: '0 6 * * *', timeZone: 'Etc/UTC', minInstances: 2, maxInstances: 4 },
        ],
      },
    },
  },
  'adapters-from-s3': {
    ...withAdapters(),
    requirements: { ...withAdapters().requirements, deployment: { weights: 's3' } },
  },
  'by-the-hour': {
    scaling: { hourlyInstances: [...Array<number>(8).fill(2), ...Array<number>(12).fill(3), 2, 2, 2, 2] },
  },
  'every-option': {
    ...TWO_REPLICAS,
    requirements: {
      network: {
        cidr: '10.77.0.0/16',
        exposure: 'public',
        allowedCidrs: ['0.0.0.0/0'],
        certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0f3c',
        jwt: { issuer: 'https://id.example.com', jwksUrl: 'https://id.example.com/keys' },
        rateLimitPerKey: 120,
        targetControlPort: 3000,
      },
      deployment: {
        weights: 's3',
        sleepAfterMinutes: 30,
        anomalyMonitorArn: 'new',
        budget: 'account',
        image: `vllm/vllm-openai:v0.31.0@sha256:${'0f'.repeat(32)}`,
        huggingFaceToken: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:token-AbCdEf',
      },
    },
  },
  [TWO_SERVICES[0]]: { requirements: { network: { cidr: '10.42.0.0/16' } } },
  [TWO_SERVICES[1]]: { ...TWO_REPLICAS, requirements: { network: { cidr: '10.43.0.0/16' } } },
};

/** One plan of each kind of deployment that the stack knows. */
export const variants = (): [name: string, plan: Plan][] =>
  Object.entries(VARIANTS).map(([name, overrides]) => [name, makePlan({ ...overrides, name })]);
