import { INSTANCE_TYPES } from '../../src/hardware/instance-types';
import { network } from '../../src/planning/filters/network';
import { coldStartOf, leadHours } from '../../src/planning/margin';
import { cheapestOption, openSearch } from '../../src/planning/search';
import { coldStartSeconds, storageFor } from '../../src/planning/storage';
import { usd } from '../../src/report/format';
import { costFacts } from '../../src/report/view/money';
import { planOf } from '../golden/cases';
import { contextOf } from './random-requirements';

const type = (name: string) => INSTANCE_TYPES.find((candidate) => candidate.name === name)!;
const GB = 1e9;

describe('the time to start a machine', () => {
  test('grows with the weights, and falls with what brings and holds them', () => {
    const p5 = type('p5.48xlarge');
    expect(coldStartSeconds(p5, 400 * GB, 'huggingface')).toBeGreaterThan(
      coldStartSeconds(p5, 30 * GB, 'huggingface') + 600,
    );
    // Hugging Face gives 0.5 GB/s, S3 what the disk takes.
    expect(coldStartSeconds(p5, 400 * GB, 's3')).toBeLessThan(
      coldStartSeconds(p5, 400 * GB, 'huggingface') - 500,
    );
    // g6e.xlarge has 2.5 Gbps.
    expect(coldStartSeconds(type('g6e.xlarge'), 30 * GB, 's3')).toBeGreaterThan(90 + 150 + (30 * 8) / 2.5);
  });

  test('without a local disk that holds the weights, the volume is the limit', () => {
    const small = type('g6.xlarge');
    expect(storageFor(small, 300 * GB).weightsOnLocalNvme).toBe(false);
    const perByte =
      (coldStartSeconds(small, 400 * GB, 's3') - coldStartSeconds(small, 300 * GB, 's3')) / (100 * GB);
    // Down over 2.5 Gbps, and from the volume into the GPU at 500 MiB/s.
    expect(perByte).toBeCloseTo(8 / 2.5e9 + 1 / (500 * 2 ** 20), 11);
  });
});

describe('growth and the margin', () => {
  const optionAt = (growthPerHour: number) =>
    cheapestOption(
      openSearch(
        contextOf({
          model: 'Qwen3.5-35B-A3B',
          instanceTypes: { allow: ['g6e.xlarge'] },
          workload: { requestsPerSecond: 3 },
          sizing: { growthPerHour },
        }),
      ),
    )!;

  test('the usual 70% hold as long as a machine is there before the load has outgrown the rest', () => {
    const option = optionAt(0.5);
    expect(option.utilisationTarget).toBe(0.7);
    expect(1 / (1 + (0.5 * option.coldStartSeconds) / 3600)).toBeGreaterThan(0.7);
  });

  test('a load that grows faster than machines start needs more of them', () => {
    const steady = optionAt(0);
    const steep = optionAt(10);
    expect(steep.utilisationTarget).toBeCloseTo(1 / (1 + (10 * steep.coldStartSeconds) / 3600), 9);
    expect(steep.instances).toBeGreaterThan(steady.instances);
    // What runs holds the load also after it has grown for as long as a machine takes to start.
    const grown = 3 * (1 + (10 * steep.coldStartSeconds) / 3600);
    expect(steep.replicas * steep.capacityRequestsPerSecond).toBeGreaterThanOrEqual(grown);
  });
});

test('a machine that would take too long to start is stopped by its network, with what helps', () => {
  const search = openSearch(contextOf({ model: 'Qwen3.5-9B', instanceTypes: { allow: ['g6e.xlarge'] } }));
  const { candidate } = search.prospects[0]!;
  const slow = {
    ...candidate,
    offer: { ...candidate.offer, type: { ...candidate.offer.type, networkGbps: 0.03 } },
  };
  expect(network.problem(slow, search.context)).toMatch(
    /^a machine takes \d+ minutes to start over 0\.03 Gbps and its disks, 80 at most; weights from S3/,
  );
  expect(network.problem(candidate, search.context)).toBeNull();
});

test('scheduled machines are started whole hours ahead: one, or as many as starting takes', () => {
  const search = openSearch(contextOf({ model: 'Qwen3.5-9B', instanceTypes: { allow: ['g6e.xlarge'] } }));
  const { candidate } = search.prospects[0]!;
  const over = (networkGbps: number) => {
    const { offer } = candidate;
    return { ...candidate, offer: { ...offer, type: { ...offer.type, networkGbps } } };
  };
  expect(leadHours(candidate, search.context)).toBe(1);
  // 11 GB of image and 19.3 GB of weights over 7.5 MB/s: more than an hour and less than two.
  const slow = over(0.06);
  expect(coldStartOf(slow, search.context)).toBeGreaterThan(3600);
  expect(coldStartOf(slow, search.context)).toBeLessThan(7200);
  expect(leadHours(slow, search.context)).toBe(2);
});

describe('bought otherwise', () => {
  const text =
    'model: Qwen3.5-397B-A17B\nregions: [us-east-2]\ninstanceTypes: { allow: [p5e] }\nmarkets: [capacity-block]\nslo: { tpotP95Seconds: 0.2, ttftP95Seconds: 10 }\n';

  test('a capacity block has its dates, and its price upfront for just those', () => {
    const plan = planOf(`${text}sizing: { blockStart: 2027-01-15, blockDays: 14 }`);
    const block = plan.markets!.find(({ market }) => market === 'capacity-block')!;
    expect(block).toMatchObject({ from: '2027-01-15', until: '2027-01-29' });
    expect(block.upfrontUsd).toBeCloseTo(39.8 * 24 * 14 * plan.choice.instances, 0);
    expect(block.terms).toContain('from 2027-01-15 11:30 UTC to 2027-01-29 11:30 UTC (14 days)');
    const upfront = costFacts(plan).find(([label]) => label === 'upfront')?.[1];
    expect(upfront).toBe(`${usd(block.upfrontUsd)} for the machines: ${block.terms}`);
  });

  test('lengths that AWS does not sell are refused with those it does', () => {
    expect(() => planOf(`${text}sizing: { blockDays: 20 }`)).toThrow(
      '1 to 14 days, or whole weeks up to 182',
    );
  });

  test('reserved capacity costs the on-demand price all day, also where machines rest', () => {
    const factors = Array.from({ length: 24 }, (_, hour) => (hour < 8 ? 0.1 : 1));
    const plan = planOf(
      `model: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: 6 }\nsizing: { hourlyFactors: [${factors.join(', ')}] }`,
    );
    const reserved = plan.markets!.find(({ market }) => market === 'capacity-reservation')!;
    expect(reserved.usdPerMonth).toBeGreaterThan(plan.cost.usdPerMonth);
    expect(reserved).toMatchObject({ upfrontUsd: 0 });
    expect(reserved.terms).toContain('paid for whether machines run or not');
  });
});
