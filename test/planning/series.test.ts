import { planOf } from '../golden/cases';

const plan = planOf('model: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: 2 }');
const series = plan.series!;
const rising = (values: readonly number[]): boolean => values.every((v, i) => i === 0 || v >= values[i - 1]!);

describe('latency against load', () => {
  test('passes through the planned load with the figures of the plan', () => {
    const planned = series.load.find(({ requestsPerSecond }) => requestsPerSecond === 2);
    expect(planned).toMatchObject({
      ttftP95Seconds: plan.predicted.ttftP95Seconds,
      tpotP95Seconds: plan.predicted.tpotP95Seconds,
    });
  });

  test('rises, and breaks a target just above the capacity', () => {
    expect(rising(series.load.map(({ requestsPerSecond }) => requestsPerSecond))).toBe(true);
    expect(rising(series.load.map(({ tpotP95Seconds }) => tpotP95Seconds.expected))).toBe(true);
    const capacity = plan.predicted.capacityRequestsPerSecondPerReplica * plan.choice.replicas;
    expect(series.load.at(-1)!.requestsPerSecond).toBeGreaterThan(capacity);
    for (const { requestsPerSecond, ttftP95Seconds, tpotP95Seconds } of series.load) {
      if (requestsPerSecond > capacity) continue;
      expect(ttftP95Seconds.expected).toBeLessThanOrEqual(plan.requirements.slo.ttftP95Seconds);
      expect(tpotP95Seconds.expected).toBeLessThanOrEqual(plan.requirements.slo.tpotP95Seconds);
    }
  });
});

describe('cost against load', () => {
  test("has the plan's bill at the planned load and never falls", () => {
    expect(series.cost.find(({ requestsPerSecond }) => requestsPerSecond === 2)).toMatchObject({
      instances: plan.choice.instances,
      usdPerMonth: plan.cost.usdPerMonth,
    });
    expect(rising(series.cost.map(({ usdPerMonth }) => usdPerMonth))).toBe(true);
    expect(rising(series.cost.map(({ instances }) => instances))).toBe(true);
  });

  test('is the bill of a plan for that load', () => {
    for (const { requestsPerSecond, instances, usdPerMonth } of series.cost.slice(-2)) {
      const other = planOf(
        `model: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: ${requestsPerSecond * 0.999} }\ninstanceTypes: { allow: [${plan.choice.instanceType}] }\ncheckpoint: ${plan.choice.checkpoint}`,
      );
      // Another load may be served with other engine settings, never with more machines.
      expect(other.choice.instances).toBeLessThanOrEqual(instances);
      expect(other.cost.usdPerMonth).toBeLessThanOrEqual(usdPerMonth * 1.001);
    }
  });

  test('a large fleet is shown in few points', () => {
    const large = planOf(
      'model: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: 300 }\ninstanceTypes: { allow: [g7e.2xlarge] }',
    );
    expect(large.choice.instances).toBeGreaterThan(50);
    expect(large.series!.cost.length).toBeLessThan(40);
  });
});

describe('candidates', () => {
  test('hold the plan, cheapest first, and everything on the frontier is unbeaten', () => {
    const { candidates } = series;
    expect(rising(candidates.map(({ usdPerMonth }) => usdPerMonth))).toBe(true);
    expect(candidates).toContainEqual(
      expect.objectContaining({
        instanceType: plan.choice.instanceType,
        usdPerMonth: plan.cost.usdPerMonth,
        ttftP95Seconds: plan.predicted.ttftP95Seconds.expected,
      }),
    );
    expect(candidates.filter(({ onFrontier }) => onFrontier).length).toBeGreaterThan(0);
    for (const a of candidates.filter(({ onFrontier }) => !onFrontier)) {
      expect(
        candidates.some(
          (b) =>
            b.usdPerMonth <= a.usdPerMonth &&
            b.ttftP95Seconds <= a.ttftP95Seconds &&
            b.tpotP95Seconds <= a.tpotP95Seconds,
        ),
      ).toBe(true);
    }
  });

  test('meet the targets', () => {
    for (const { ttftP95Seconds, tpotP95Seconds } of series.candidates) {
      expect(ttftP95Seconds).toBeLessThanOrEqual(plan.requirements.slo.ttftP95Seconds);
      expect(tpotP95Seconds).toBeLessThanOrEqual(plan.requirements.slo.tpotP95Seconds);
    }
  });
});
