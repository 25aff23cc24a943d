import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import type { PlanningContext } from '../../src/planning/candidate';
import { scalingTarget } from '../../src/planning/figures';
import type { Option } from '../../src/planning/fleet';
import { makePlan } from '../../src/planning/plan';
import { SECONDS_PER_DAY } from '../../src/planning/traffic';
import { readRequirements } from '../../src/requirements/document';
import { resolveRequirements } from '../../src/requirements/resolve';
import { planOf } from '../golden/cases';

const SMALL = 'model: Qwen3.5-9B\ninstanceTypes: { allow: [g6e.xlarge] }\n';

describe('reserves', () => {
  const instances = (survive: string, rate: number): number =>
    planOf(`${SMALL}workload: { requestsPerSecond: ${rate} }\nsizing: { survive: ${survive} }`).choice
      .instances;

  test('one machine more survives the loss of a machine', () => {
    expect(instances('machine', 5)).toBe(instances('nothing', 5) + 1);
  });

  test('enough machines are left after the loss of any zone', () => {
    const needed = instances('nothing', 5);
    const { choice } = planOf(`${SMALL}workload: { requestsPerSecond: 5 }\nsizing: { survive: zone }`);
    const inLargestZone = Math.ceil(choice.instances / choice.zoneIds.length);
    expect(choice.instances - inLargestZone).toBeGreaterThanOrEqual(needed);
  });
});

test('a daily pattern gives machines by hour, each started in the hour before, and a smaller bill', () => {
  const factors = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 18 ? 1 : 0.1));
  const all = planOf(`${SMALL}workload: { requestsPerSecond: 5 }`);
  const daily = planOf(
    `${SMALL}workload: { requestsPerSecond: 5 }\nsizing: { hourlyFactors: [${factors.join(', ')}] }`,
  );
  const hours = daily.scaling.hourlyInstances!;
  expect(hours).toHaveLength(24);
  expect(hours[7]).toBe(hours[8]);
  expect(hours[6]).toBeLessThan(hours[8]!);
  expect(Math.max(...hours)).toBe(all.choice.instances);
  expect(daily.scaling.minInstances).toBe(Math.min(...hours));
  expect(daily.cost.usdPerMonth).toBeLessThan(all.cost.usdPerMonth);
});

test('a savings plan lowers the machines, not the rest', () => {
  const full = planOf(SMALL);
  const less = planOf(`${SMALL}sizing: { savingsPlanDiscount: 0.5 }`);
  expect(less.cost.items[0]!.usdPerMonth).toBeCloseTo(full.cost.items[0]!.usdPerMonth / 2, 1);
  expect(less.cost.items.slice(1)).toEqual(full.cost.items.slice(1));
});

test('a quota that is too small moves the type aside, with the figures', () => {
  expect(() =>
    planOf(`${SMALL}workload: { requestsPerSecond: 20 }\nsizing: { quotaVcpus: { L-DB2E81BA: 4 } }`),
  ).toThrow(
    /g6e\.xlarge.*: \d+ vCPUs needed, quota L-DB2E81BA \(Running On-Demand G and VT instances\) allows 4; ask AWS for more/,
  );
});

test('a budget that is too small names what the cheapest costs, and what helps with one machine too', () => {
  expect(() => planOf(`${SMALL}monthlyBudgetUsd: 100`)).toThrow(
    /\$[\d,]+ a month, budget \$100; .*: raise --budget, relax the SLO \(--ttft-p95, --tpot-p95\)/,
  );
});

test('a plan that accepts images says that none is in its load', () => {
  const { notes } = planOf(`${SMALL}multimodal: true`);
  expect(notes.join()).toContain('none is in the planned load');
  expect(planOf(SMALL).notes.join()).not.toContain('images');
});

test('the quota to ask for covers growth', () => {
  const { quotas, scaling } = planOf(SMALL);
  expect(quotas).toHaveLength(1);
  expect(quotas![0]).toMatchObject({ code: 'L-DB2E81BA', region: 'us-east-1' });
  expect(quotas![0]!.request).toContain(`at least ${scaling.maxInstances * 4} vCPUs`);
});

describe('markets', () => {
  test('p5e is sold through capacity blocks, paid upfront', () => {
    const plan = planOf(
      'model: Qwen3.5-397B-A17B\nregions: [us-east-2]\nmarkets: [capacity-block]\ninstanceTypes: { allow: [p5e] }\nslo: { tpotP95Seconds: 0.2, ttftP95Seconds: 10 }',
    );
    expect(plan.choice).toMatchObject({ instanceType: 'p5e.48xlarge', market: 'capacity-block' });
    const block = plan.markets!.find(({ market }) => market === 'capacity-block')!;
    expect(block.upfrontUsd).toBeCloseTo(39.8 * 24 * 182 * plan.choice.instances, -1);
    expect(plan.quotas).toEqual([]);
    expect(plan.risks.join()).toContain('capacity block ends');
  });

  test('a capacity block is in one zone, and holds no more machines than were bought', () => {
    const text =
      'model: Qwen3.5-397B-A17B\nregions: [us-east-1]\nmarkets: [capacity-block]\nworkload: { requestsPerSecond: 20 }\n';
    const { choice, scaling, alternatives, risks } = planOf(text);
    expect(choice.instances).toBeGreaterThan(1);
    expect(choice.zoneIds).toHaveLength(1);
    expect(scaling.maxInstances).toBe(choice.instances);
    expect(risks.join()).toContain(`one zone (${choice.zoneIds[0]})`);
    expect(alternatives.map(({ tradeOff }) => tradeOff).join()).not.toContain('another zone');
    expect(() => planOf(`${text}minZones: 2`)).toThrow(/offered in 1 zone/);
  });

  test('machines of a reservation are in one zone, as it is', () => {
    const text = `model: Qwen3.5-9B\nworkload: { requestsPerSecond: 20 }\n`;
    const reserved = planOf(`${text}deployment: { capacityReservationId: cr-0123456789abcdef0 }`);
    expect(planOf(text).choice.zoneIds.length).toBeGreaterThan(1);
    expect(reserved.choice.instances).toBeGreaterThan(1);
    expect(reserved.choice.zoneIds).toHaveLength(1);
    const [, second] = planOf(text).choice.zoneIds;
    const there = (zone: string) =>
      `${text}deployment: { capacityReservationId: cr-0123456789abcdef0, capacityReservationZone: ${zone} }`;
    expect(planOf(there(second!)).choice.zoneIds).toEqual([second]);
    expect(() => planOf(there('use1-az9'))).toThrow(/not offered in use1-az9, the zone of the reservation/);
    expect(() => planOf(`${text}deployment: { capacityReservationZone: use1-az2 }`)).toThrow(
      /capacityReservationZone is the zone of a reservation or block: name it/,
    );
  });

  test('the on-demand base of a spot fleet is paid at the on-demand price', () => {
    const spot = 'markets: [spot]\nworkload: { requestsPerSecond: 5 }\n';
    const bare = planOf(`${SMALL}${spot}`);
    const based = planOf(`${SMALL}${spot}deployment: { onDemandBase: 1 }`);
    const onDemand = EMBEDDED_CATALOGUE.offerings.find(
      ({ region, instanceType }) => region === 'us-east-1' && instanceType === 'g6e.xlarge',
    )!.onDemand!;
    const extra = (onDemand.usdPerHour - bare.cost.instance.usdPerHour) * 730;
    expect(based.cost.usdPerMonth - bare.cost.usdPerMonth).toBeCloseTo(extra, 0);
  });

  test('the on-demand base of a spot fleet draws on the on-demand quota', () => {
    const spot = `${SMALL}markets: [spot]\nworkload: { requestsPerSecond: 5 }\ndeployment: { onDemandBase: 1 }\n`;
    const { quotas, choice, scaling } = planOf(spot);
    expect(choice.instances).toBeGreaterThan(1);
    const vcpus = Object.fromEntries(quotas!.map((quota) => [quota.code, quota.vcpus]));
    expect(vcpus).toEqual({ 'L-3819A6DF': 4 * (choice.instances - 1), 'L-DB2E81BA': 4 });
    expect(quotas![0]!.request).toContain(`at least ${4 * (scaling.maxInstances - 1)} vCPUs`);
    expect(quotas![1]!.request).toMatch(/at least 4 vCPUs: we run 1 x g6e\.xlarge .* inference\.$/);
    const none = 'sizing: { quotaVcpus: { L-DB2E81BA: 0 } }';
    expect(() => planOf(`${spot}${none}`)).toThrow(/4 vCPUs needed, quota L-DB2E81BA/);
  });

  test('what is not sold on demand has no on-demand base', () => {
    const spot =
      'model: Qwen3.5-397B-A17B\nregions: [us-west-2]\nmarkets: [spot]\ninstanceTypes: { allow: [p5e] }\n';
    expect(planOf(spot).choice.market).toBe('spot');
    expect(() => planOf(`${spot}deployment: { onDemandBase: 1 }`)).toThrow(
      /p5e\.48xlarge.*: 1 of the spot fleet's machines stay on demand .*no on-demand price is known in us-west-2/,
    );
  });

  test('a spot group of named types is planned on one of them', () => {
    const spot = 'model: Qwen3.5-35B-A3B\nmarkets: [spot]\nworkload: { requestsPerSecond: 2 }\n';
    const types = ['g6e.12xlarge', 'g6e.24xlarge'];
    expect(types).not.toContain(planOf(spot).choice.instanceType);
    const named = planOf(`${spot}deployment: { spotInstanceTypes: [${types.join(', ')}] }`);
    expect(types).toContain(named.choice.instanceType);
  });
});

describe('money', () => {
  test('break-even is where the bill of the API equals the machines', () => {
    const plan = planOf(
      `${SMALL}workload: { requestsPerSecond: 0.01 }\nsizing: { hostedApis: [{ name: Mine, inputUsdPerMillion: 1, outputUsdPerMillion: 5 }] }`,
    );
    const [mine] = plan.breakEven!;
    const { inputTokens, outputTokens } = plan.requirements.workload;
    const requests = mine!.tokensPerDay! / (inputTokens.mean + outputTokens.mean);
    const apiUsdPerMonth = (requests * (730 / 24) * (inputTokens.mean + 5 * outputTokens.mean)) / 1e6;
    expect(apiUsdPerMonth / plan.cost.usdPerMonth).toBeCloseTo(1, 2);
    expect(mine!.verdict).toContain('the API wins at the planned load');
  });

  test('with a pattern of the day, the break-even is a peak with that pattern', () => {
    const factors = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 18 ? 1 : 0.1));
    const planAt = (requestsPerSecond: number) =>
      planOf(
        `${SMALL}workload: { requestsPerSecond: ${requestsPerSecond} }\nsizing: { hourlyFactors: [${factors.join(', ')}], hostedApis: [{ name: Mine, inputUsdPerMillion: 1, outputUsdPerMillion: 2 }] }`,
      );
    const plan = planAt(20);
    const [mine] = plan.breakEven!;
    const { inputTokens, outputTokens } = plan.requirements.workload;
    const meanShare = factors.reduce((sum, factor) => sum + factor, 0) / 24;
    const peak = mine!.tokensPerDay! / (inputTokens.mean + outputTokens.mean) / meanShare / SECONDS_PER_DAY;
    const there = planAt(peak);
    expect(there.choice.instanceType).toBe(plan.choice.instanceType);
    expect(there.breakEven![0]!.apiUsdPerMonth / there.cost.usdPerMonth).toBeCloseTo(1, 2);
  });

  test('an API cheaper than full machines is never beaten', () => {
    const plan = planOf(
      `${SMALL}sizing: { hostedApis: [{ name: Free, inputUsdPerMillion: 0.0001, outputUsdPerMillion: 0.0001 }] }`,
    );
    expect(plan.breakEven![0]).toMatchObject({ api: 'Free', tokensPerDay: null });
  });

  test('tokens are cheaper at full load', () => {
    const { usdPerMillionTokens, usdPerMillionTokensFullLoad } = planOf(
      `${SMALL}workload: { requestsPerSecond: 0.01 }`,
    ).cost;
    expect(usdPerMillionTokensFullLoad!.output).toBeLessThan(usdPerMillionTokens.output / 10);
  });
});

describe('the answer', () => {
  const plan = planOf('model: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: 20 }');

  test('was simulated and meets the SLO there', () => {
    const { simulated } = plan.predicted;
    expect(simulated!.requests).toBeGreaterThanOrEqual(2000);
    expect(simulated!.ttftP95Seconds).toBeLessThanOrEqual(plan.requirements.slo.ttftP95Seconds);
    expect(simulated!.tpotP95Seconds).toBeLessThanOrEqual(plan.requirements.slo.tpotP95Seconds);
    for (const { option } of plan.alternatives) expect(option.simulated).toBeDefined();
  });

  test('is the cheapest, or says what a tenth more buys', () => {
    const { option, whyNot } = plan.bestCost!;
    expect(option.usdPerMonth).toBeLessThanOrEqual(plan.cost.usdPerMonth);
    if (whyNot === null) expect(option.usdPerMonth).toBe(plan.cost.usdPerMonth);
  });

  test('no option of the frontier beats another', () => {
    const beats = (a: number[], b: number[]): boolean =>
      a.every((x, i) => x <= b[i]!) && a.some((x, i) => x < b[i]!);
    const figures = plan.pareto!.map((o) => [
      o.usdPerMonth,
      o.ttftP95Seconds.expected,
      o.tpotP95Seconds.expected,
      o.utilisation!,
    ]);
    for (const a of figures) for (const b of figures) expect(beats(a, b)).toBe(false);
  });

  test('is the same when every candidate is sized', () => {
    const text = 'model: Qwen3.5-27B\nsizing: { mtp: false, fp8KvCache: false }';
    const resolved = resolveRequirements(readRequirements({ name: 'x', text }, []), EMBEDDED_CATALOGUE);
    const plan = makePlan(resolved, { catalogue: EMBEDDED_CATALOGUE });
    expect(makePlan(resolved, { catalogue: EMBEDDED_CATALOGUE, exhaustive: true })).toEqual(plan);
  });
});

test('a region without the wanted types names those that have some', () => {
  expect(() =>
    planOf('model: Qwen3.5-9B\nregions: [eu-west-1]\ninstanceTypes: { allow: [g6, g6e, g7e, p5] }'),
  ).toThrow(
    'region eu-west-1 offers none of g6, g6e, g7e, p5; eu-central-1, eu-central-2 and eu-north-1 offer some of them',
  );
});

test('the fleet grows below the slots of a replica: each data-parallel rank has its own, pipeline stages share them', () => {
  const target = (dataParallel: number, pipelineParallel: number) => {
    const ranks = dataParallel * pipelineParallel;
    const layout = { tensorParallel: 1, dataParallel, pipelineParallel, expertParallel: false };
    const option = {
      design: { layout, ranks, curve: { at: () => ({ mean: { decodeBatch: 30 } }) } },
      replicas: 1,
      capacityRequestsPerSecond: 4,
      utilisationTarget: 0.8,
    };
    const context = { requirements: { workload: { requestsPerSecond: 2 } } };
    return scalingTarget(option as unknown as Option, 64, context as unknown as PlanningContext);
  };
  expect(target(1, 1)).toBe(30);
  expect(target(4, 1)).toBe(120);
  expect(target(1, 4)).toBe(51);
});
