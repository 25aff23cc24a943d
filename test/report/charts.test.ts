import { CHARTS } from '../../src/report/charts/index';
import { DARK, LIGHT } from '../../src/report/charts/theme';
import { number, seconds, usd } from '../../src/report/format';
import { DAY_PLAN, SMALL_PLAN } from './plans';

interface DrawnSeries {
  readonly name: string;
  readonly data: readonly (number | readonly number[])[];
}

const seriesOf = (id: string, plan = DAY_PLAN): readonly DrawnSeries[] =>
  CHARTS.find((chart) => chart.id === id)!.option(plan, LIGHT).series as unknown as readonly DrawnSeries[];

describe.each(CHARTS.map((chart) => [chart.id, chart] as const))('%s', (_, chart) => {
  test.each([SMALL_PLAN, DAY_PLAN])('every row of its table is a point of its picture', (plan) => {
    const { rows, columns } = chart.table(plan);
    const drawn = chart.option(plan, LIGHT).series as unknown as readonly DrawnSeries[];
    const points = rows.map((_, row) => chart.pointOf(plan, row));
    for (const { seriesIndex, dataIndex } of points)
      expect(drawn[seriesIndex]!.data[dataIndex]).toBeDefined();
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(rows.length);
    for (const row of rows) expect(row).toHaveLength(columns.length);
  });

  test('is described with units, and drawn in the colours of the theme', () => {
    expect(chart.describe(DAY_PLAN)).toMatch(/requests\/s|GiB|\$|candidates|machines/);
    expect(JSON.stringify(chart.option(DAY_PLAN, DARK))).not.toBe(
      JSON.stringify(chart.option(DAY_PLAN, LIGHT)),
    );
  });
});

test('the memory bar adds up to the usable memory', () => {
  const sum = seriesOf('memory').reduce((total, { data }) => total + (data[0] as number), 0);
  expect(Math.abs(sum - DAY_PLAN.memory.usableGiB)).toBeLessThan(0.02);
});

test('the band lies around the expected latency', () => {
  const [low, width, expected] = seriesOf('each-token').map(
    ({ data }) => data as readonly [number, number][],
  );
  expected!.forEach(([rate, value], i) => {
    expect(rate).toBe(DAY_PLAN.series!.load[i]!.requestsPerSecond);
    expect(low![i]![1]).toBeLessThan(value);
    expect(low![i]![1] + width![i]![1]).toBeGreaterThan(value);
  });
});

test('an API costs at the planned load what the plan says', () => {
  const planned = DAY_PLAN.requirements.workload.requestsPerSecond;
  for (const { api, apiUsdPerMonth } of DAY_PLAN.breakEven!) {
    const line = seriesOf('cost').find(({ name }) => name === api)!.data as readonly [number, number][];
    const [rate, cost] = line.at(-1)!;
    expect(cost / rate).toBeCloseTo(apiUsdPerMonth / planned, 6);
  }
});

test('the cost chart and the table of hosted APIs name the same break-even, with a pattern of the day too', () => {
  const chart = CHARTS.find(({ id }) => id === 'cost')!;
  const text = chart.describe(DAY_PLAN);
  const { workload, sizing } = DAY_PLAN.requirements;
  const factors = sizing!.hourlyFactors!;
  const meanShare = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
  const perDay = meanShare * 86_400 * (workload.inputTokens.mean + workload.outputTokens.mean);
  const points = DAY_PLAN.series!.cost;
  let judged = 0;
  for (const { api, tokensPerDay, apiUsdPerMonth } of DAY_PLAN.breakEven!) {
    if (tokensPerDay === null) continue;
    const peak = tokensPerDay / perDay;
    expect(text).toContain(`${api} from ${number(peak)}`);
    const next = points.findIndex(({ requestsPerSecond }) => requestsPerSecond >= peak);
    if (next <= 0) continue;
    judged++;
    // The line crosses between the bill of the machines before and that of the next step.
    const there = (apiUsdPerMonth * peak) / workload.requestsPerSecond;
    expect(there).toBeGreaterThan(0.98 * points[next - 1]!.usdPerMonth);
    expect(there).toBeLessThan(1.02 * points[next]!.usdPerMonth);
  }
  expect(judged).toBeGreaterThan(0);
});

test('the tables say what the plan says', () => {
  const cells = (id: string): string[] =>
    CHARTS.find((chart) => chart.id === id)!
      .table(DAY_PLAN)
      .rows.flat();
  expect(cells('first-token')).toContain(seconds(DAY_PLAN.predicted.ttftP95Seconds.expected));
  expect(cells('cost')).toContain(usd(DAY_PLAN.cost.usdPerMonth));
  expect(cells('candidates')).toContain('this plan');
  expect(
    CHARTS.find(({ id }) => id === 'day')!
      .table(DAY_PLAN)
      .rows.map(([, machines]) => Number(machines)),
  ).toEqual(DAY_PLAN.scaling.hourlyInstances);
});
