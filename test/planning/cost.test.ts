import { findInstanceType } from '../../src/hardware/instance-types';
import type { Offering } from '../../src/hardware/offerings';
import type { Plan } from '../../src/plan/schema';
import type { MachineOffer } from '../../src/planning/candidate';
import { fleetCost, machineUsdPerHour } from '../../src/planning/cost';
import { planOf } from '../golden/cases';
import { contextOf } from './random-requirements';

const price = (usdPerHour: number) => ({ usdPerHour, source: 'test', evidence: 'listed' }) as const;
const offering: Offering = {
  region: 'us-east-1',
  instanceType: 'g6e.xlarge',
  zoneIds: ['use1-az1', 'use1-az2', 'use1-az4'],
  onDemand: price(2),
  spot: {},
};
const offer = (market: MachineOffer['market'], usdPerHour: number): MachineOffer => ({
  type: findInstanceType('g6e.xlarge')!,
  offering,
  market,
  price: price(usdPerHour),
});
const requirements = (more: object = {}) =>
  contextOf({ model: 'Qwen3.5-9B', workload: { requestsPerSecond: 1 }, ...more }).requirements;

describe('an hour of a fleet', () => {
  const r = requirements({ sizing: { savingsPlanDiscount: 0.25 }, deployment: { onDemandBase: 2 } });

  test('on demand is less the savings plan, a capacity block never', () => {
    expect(machineUsdPerHour(offer('on-demand', 2), 4, r)).toBe(4 * 2 * 0.75);
    expect(machineUsdPerHour(offer('capacity-block', 2), 4, r)).toBe(4 * 2);
  });

  test('a spot fleet keeps its base on demand, and only that has the discount', () => {
    expect(machineUsdPerHour(offer('spot', 0.5), 5, r)).toBe(2 * 2 * 0.75 + 3 * 0.5);
    expect(machineUsdPerHour(offer('spot', 0.5), 1, r)).toBe(2 * 0.75);
  });
});

describe('a month of a fleet', () => {
  const half = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 4 : 2));
  const machinesOf = (market: MachineOffer['market']): number => {
    const size = { instances: 4, hourlyInstances: half };
    return fleetCost(offer(market, 2), size, 100, requirements()).items[0]!.usdPerMonth;
  };

  test('machines that follow the day are paid for as they run, those of a block always', () => {
    expect(machinesOf('on-demand')).toBeCloseTo(3 * 2 * 730, 2);
    expect(machinesOf('capacity-block')).toBeCloseTo(4 * 2 * 730, 2);
  });

  test('is the sum of its items', () => {
    const { items, usdPerMonth } = fleetCost(
      offer('on-demand', 2),
      { instances: 4, hourlyInstances: null },
      100,
      requirements(),
    );
    expect(items.reduce((sum, item) => sum + item.usdPerMonth, 0)).toBeCloseTo(usdPerMonth, 2);
  });
});

describe('what is the same whatever the machines', () => {
  const item = (plan: Plan, name: string) => plan.cost.items.find(({ item }) => item === name)?.usdPerMonth;
  const model = 'model: Qwen3.5-9B\n';
  const load =
    'workload: { requestsPerSecond: 2, inputTokens: { mean: 1000, p95: 1000 }, outputTokens: { mean: 400, p95: 400 } }\n';
  const plain = planOf(model + load);
  /** 1,000 prompt tokens of 4 bytes and 400 chunks of 250 in each request. */
  const gigabytes = (2 * (1000 * 4 + 400 * 250) * 730 * 3600) / 1e9;

  test('bytes cross zones on both ways, and go out to the internet where the door is public', () => {
    expect(item(plain, 'data transfer (estimate)')).toBeCloseTo(gigabytes * 2 * 0.01, 2);
    const open = planOf(
      `${model}${load}network: { exposure: public, allowedCidrs: [everyone], certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0f3c" }`,
    );
    expect(item(open, 'data transfer (estimate)')).toBeCloseTo(gigabytes * (2 * 0.01 + 0.09), 2);
    expect(item(plain, 'load balancer (estimate)')).toBeCloseTo(730 * 0.0225 + gigabytes * 0.008, 2);
  });

  test('a kilobyte of log lines for each request', () => {
    expect(item(plain, 'logs (estimate)')).toBeCloseTo((2 * 1000 * 730 * 3600 * 0.5) / 1e9, 2);
  });

  test('one NAT gateway, or one in each zone of the machines', () => {
    expect(item(plain, 'NAT gateway (estimate)')).toBeCloseTo(730 * 0.045, 2);
    const perZone = planOf(`${model}${load}minZones: 3\nnetwork: { natGateways: per-zone }`);
    expect(perZone.choice.zoneIds).toHaveLength(3);
    expect(item(perZone, 'NAT gateway (estimate)')).toBeCloseTo(3 * 730 * 0.045, 2);
  });

  test('follows the mean of the day, not its peak', () => {
    const factors = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 1 : 0.5)).join(', ');
    const day = planOf(`${model}${load}sizing: { hourlyFactors: [${factors}] }`);
    expect(item(day, 'data transfer (estimate)')).toBeCloseTo(0.75 * gigabytes * 2 * 0.01, 2);
  });
});
