import type { Plan } from '../../../src/plan/schema';
import type { Handler } from '../local-aws';
import { json, xml } from '../region';
import { check, FULL, PLAN, type Requirements, withRequirements } from './check';

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

test("the last VPC of a quota may be the plan's", async () => {
  const four = Array.from({ length: 4 }, (_, i) => `<item><vpcId>vpc-${i}</vpcId></item>`).join('');
  const { of } = await check(PLAN, {
    'servicequotas:GetServiceQuota': () => json({ Quota: { Value: 5 } }),
    'ec2:DescribeVpcs': () => xml('DescribeVpcs', `<vpcSet>${four}</vpcSet>`),
  });
  expect(of('quota VPCs')).toMatchObject({ status: 'pass' });
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
