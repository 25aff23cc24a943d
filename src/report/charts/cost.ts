import type { Plan } from '../../plan/schema';
import { dollars, number, plural, rate, usd } from '../format';
import { type Chart, pointParams, withoutSeries } from './chart';
import { across, common, plannedLine, ROOM, tooltip, upward } from './theme';

/** API lines leave the picture above so many times the dearest fleet shown. */
const HEADROOM = 1.3;

interface Api {
  readonly name: string;
  readonly usdAt: (requestsPerSecond: number) => number;
  /** Peak at which its line crosses the steps; null where it never does. */
  readonly dearerFrom: number | null;
}

const SECONDS_PER_DAY = 86_400;

/** Hosted APIs cost in proportion to the load. */
function apisOf({ breakEven = [], requirements: { workload, sizing } }: Plan): Api[] {
  const factors = sizing?.hourlyFactors ?? [1];
  const meanShare = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
  const tokensPerDayAtOne =
    meanShare * SECONDS_PER_DAY * (workload.inputTokens.mean + workload.outputTokens.mean);
  return breakEven.map(({ api, apiUsdPerMonth, tokensPerDay }) => ({
    name: api,
    usdAt: (rps) => (apiUsdPerMonth * rps) / workload.requestsPerSecond,
    dearerFrom: tokensPerDay === null ? null : tokensPerDay / tokensPerDayAtOne,
  }));
}

/** Monthly cost against load: the fleet in steps, hosted APIs as lines. */
export const costChart: Chart = {
  id: 'cost',
  title: 'Monthly cost against load, and hosted APIs',
  height: 360,
  missing: withoutSeries,
  describe: (plan) => {
    const { cost, requirements } = plan;
    const apis = apisOf(plan);
    const crossings = apis.flatMap(({ name, dearerFrom }) =>
      dearerFrom === null ? [] : [`${name} from ${number(dearerFrom)}`],
    );
    const dearer =
      crossings.length > 0
        ? `Dearer than this fleet from a peak (requests/s) on: ${crossings.join(', ')}`
        : 'None becomes dearer at any load';
    const hosted = apis.length > 0 ? ` A hosted API costs in proportion to the load. ${dearer}.` : '';
    return `This fleet costs ${usd(cost.usdPerMonth)} a month at the planned ${rate(requirements.workload.requestsPerSecond)} and grows by whole machines.${hosted}`;
  },
  table: (plan) => ({
    caption: 'Monthly cost by peak load',
    columns: [
      { title: 'Peak load', align: 'right' },
      { title: 'Machines', align: 'right' },
      { title: 'This fleet', align: 'right' },
      ...apisOf(plan).map(({ name }) => ({ title: name, align: 'right' as const })),
    ],
    rows: plan.series!.cost.map(({ requestsPerSecond, instances, usdPerMonth }) => [
      rate(requestsPerSecond),
      String(instances),
      usd(usdPerMonth),
      ...apisOf(plan).map(({ usdAt }) => usd(usdAt(requestsPerSecond))),
    ]),
  }),
  option: (plan, theme) => {
    const points = plan.series!.cost;
    const apis = apisOf(plan);
    const planned = plan.requirements.workload.requestsPerSecond;
    const last = points.at(-1)!;
    const dearest = Math.max(...points.map(({ usdPerMonth }) => usdPerMonth)) * HEADROOM;
    // A line of an API ends where it leaves the picture, so that it does not run along the border.
    const end = ({ usdAt }: Api): number =>
      Math.min(last.requestsPerSecond, (last.requestsPerSecond * dearest) / usdAt(last.requestsPerSecond));
    const gaps = points.some(({ instances }, i) => i > 0 && instances - points[i - 1]!.instances > 1);
    return {
      ...common(theme, costChart.describe(plan)),
      grid: ROOM,
      tooltip: {
        ...tooltip(theme),
        trigger: 'item',
        formatter: (params: unknown) => {
          const { seriesIndex, dataIndex, value } = pointParams(params);
          const point = points[dataIndex]!;
          if (seriesIndex === 0)
            return `This fleet up to ${rate(point.requestsPerSecond)}\n${plural(point.instances, 'machine')}: ${usd(point.usdPerMonth)} a month`;
          const [rps, cost] = value as [number, number];
          return `${apis[seriesIndex - 1]!.name} at ${rate(rps)}\n${usd(cost)} a month`;
        },
      },
      xAxis: { ...across(theme, 'peak load, requests a second', number), max: last.requestsPerSecond },
      yAxis: upward(theme, 'USD a month', dollars, dearest),
      series: [
        {
          name: 'this fleet',
          type: 'line',
          // Each point is the most that so many machines take: the step lies before it.
          ...(gaps ? {} : { step: 'start' as const }),
          data: points.map(({ requestsPerSecond, usdPerMonth }) => [requestsPerSecond, usdPerMonth]),
          symbolSize: 7,
          lineStyle: { color: theme.accent, width: 3.5 },
          itemStyle: { color: theme.accent },
          z: 3,
          markLine: {
            symbol: 'none',
            silent: true,
            data: [plannedLine(theme, planned, `planned: ${rate(planned)}`)],
          },
        },
        ...apis.map((api, i) => ({
          name: api.name,
          type: 'line' as const,
          data: [0, planned, end(api)]
            .filter((rps) => rps <= end(api))
            .sort((a, b) => a - b)
            .map((rps) => [rps, api.usdAt(rps)]),
          symbolSize: 4,
          lineStyle: { width: 1.5, type: DASHES[i % DASHES.length]! },
          itemStyle: { color: theme.palette[(i + 1) % theme.palette.length]! },
        })),
      ],
    };
  },
  pointOf: (_, row) => ({ seriesIndex: 0, dataIndex: row }),
};

/** Lines are told apart without colour too. */
const DASHES: readonly ('solid' | 'dashed' | 'dotted')[] = ['solid', 'dashed', 'dotted'];
