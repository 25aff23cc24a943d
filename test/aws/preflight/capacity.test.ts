import { quotaNeeds } from '../../../src/aws/preflight/quota';
import type { Plan } from '../../../src/plan/schema';
import type { Handler } from '../local-aws';
import { json, xml } from '../region';
import { check, FULL, PLAN, withRequirements } from './check';

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

test('machines of a capacity block draw on no quota', async () => {
  const machine = (lifecycle: string): string =>
    `<item><instancesSet><item><instanceType>g6e.12xlarge</instanceType>${lifecycle}</item></instancesSet></item>`;
  const inUse = async (lifecycle: string): Promise<string> => {
    const { of } = await check(PLAN, {
      'ec2:DescribeInstances': () =>
        xml('DescribeInstances', `<reservationSet>${machine(lifecycle)}</reservationSet>`),
    });
    return of('quota Running On-Demand G')!.detail;
  };
  expect(await inUse('')).toContain('; 48 in use');
  expect(await inUse('<instanceLifecycle>capacity-block</instanceLifecycle>')).toContain('; 0 in use');
  expect(await inUse('<instanceLifecycle>spot</instanceLifecycle>')).toContain('; 0 in use');
});

describe('what a plan draws on', () => {
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
