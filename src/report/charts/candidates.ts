import type { Plan } from '../../plan/schema';
import type { CandidatePoint } from '../../plan/series';
import { dollars, number, plural, seconds, usd } from '../format';
import { gpuName } from '../view/gpu';
import { type Chart, pointParams, withoutSeries } from './chart';
import { across, common, ROOM, targetLine, tooltip, upward } from './theme';

type Kind = 'chosen' | 'unbeaten' | 'beaten';
const KINDS: readonly (readonly [Kind, string])[] = [
  ['chosen', 'this plan'],
  ['unbeaten', 'unbeaten in cost, latency and headroom together'],
  ['beaten', 'beaten by another candidate'],
];

/** The latency that limits the plan is the one worth looking at. */
const limiting = ({ predicted, requirements: { slo } }: Plan) =>
  predicted.limitedBy === 'TTFT p95'
    ? {
        name: 'time to first token',
        of: (c: CandidatePoint) => c.ttftP95Seconds,
        targetSeconds: slo.ttftP95Seconds,
      }
    : {
        name: 'time per output token',
        of: (c: CandidatePoint) => c.tpotP95Seconds,
        targetSeconds: slo.tpotP95Seconds,
      };

const isChosen = ({ choice, cost }: Plan, c: CandidatePoint): boolean =>
  c.instanceType === choice.instanceType &&
  c.checkpoint === choice.checkpoint &&
  c.region === choice.region &&
  c.market === choice.market &&
  c.instances === choice.instances &&
  c.usdPerMonth === cost.usdPerMonth;

/** Candidates grouped as drawn: the plan first, then the unbeaten, then the others. */
function grouped(plan: Plan): { readonly kind: Kind; readonly points: CandidatePoint[] }[] {
  const { candidates } = plan.series!;
  const chosen = candidates.find((c) => isChosen(plan, c));
  const kindOf = (c: CandidatePoint): Kind =>
    c === chosen ? 'chosen' : c.onFrontier ? 'unbeaten' : 'beaten';
  return KINDS.map(([kind]) => ({ kind, points: candidates.filter((c) => kindOf(c) === kind) }));
}

const machines = (c: CandidatePoint): string =>
  `${c.instances} x ${c.instanceType} (${gpuName(c.gpu)}), ${c.market}, ${c.region}`;

/** Cost against latency: every candidate that serves the load. */
export const candidatesChart: Chart = {
  id: 'candidates',
  title: 'Every candidate: cost against latency',
  height: 340,
  missing: withoutSeries,
  describe: (plan) => {
    const { candidates } = plan.series!;
    const frontier = candidates.filter(({ onFrontier }) => onFrontier);
    return `${plural(candidates.length, 'candidate')} near the cost of this plan meet the targets; lower and further left is better. ${frontier.length === 1 ? 'One is' : `${frontier.length} are`} unbeaten in cost, latency and headroom together.`;
  },
  table: (plan) => ({
    caption: 'Candidates, expected 95th percentiles at the planned load',
    columns: [
      { title: 'Machines' },
      { title: 'Model and engine' },
      { title: 'A month', align: 'right' },
      { title: 'Time to first token', align: 'right' },
      { title: 'Time per output token', align: 'right' },
      { title: 'Kind' },
    ],
    rows: grouped(plan).flatMap(({ kind, points }) =>
      points.map((c) => [
        machines(c),
        `${c.checkpoint}, ${c.engine}`,
        usd(c.usdPerMonth),
        seconds(c.ttftP95Seconds),
        seconds(c.tpotP95Seconds),
        kind === 'chosen' ? 'this plan' : kind,
      ]),
    ),
  }),
  option: (plan, theme) => {
    const { name, of, targetSeconds } = limiting(plan);
    const groups = grouped(plan);
    // Costs differ by less than they are: an axis from zero would press the points together.
    const { min: _, ...fromAnywhere } = across(theme, 'USD a month', dollars);
    const slowest = Math.max(targetSeconds, ...plan.series!.candidates.map(of)) * 1.15;
    const [unit, scale] = slowest < 1 ? ['ms', 1000] : ['s', 1];
    const looks: Record<Kind, { readonly symbol: string; readonly size: number; readonly colour: string }> = {
      chosen: { symbol: 'diamond', size: 22, colour: theme.accent },
      unbeaten: { symbol: 'circle', size: 13, colour: theme.palette[2]! },
      beaten: { symbol: 'triangle', size: 10, colour: theme.muted },
    };
    return {
      ...common(theme, candidatesChart.describe(plan)),
      grid: ROOM,
      tooltip: {
        ...tooltip(theme),
        trigger: 'item',
        formatter: (params: unknown) => {
          const { seriesIndex, dataIndex } = pointParams(params);
          const c = groups[seriesIndex]!.points[dataIndex]!;
          return `${machines(c)}\n${c.checkpoint}, ${c.engine}\n${usd(c.usdPerMonth)} a month\ntime to first token ${seconds(c.ttftP95Seconds)} (p95)\ntime per output token ${seconds(c.tpotP95Seconds)} (p95)`;
        },
      },
      xAxis: { ...fromAnywhere, scale: true, boundaryGap: ['8%', '5%'] },
      yAxis: upward(theme, `${name} (p95), ${unit}`, number, slowest * scale),
      series: groups.map(({ kind, points }, i) => ({
        name: KINDS[i]![1],
        type: 'scatter',
        symbol: looks[kind].symbol,
        symbolSize: looks[kind].size,
        itemStyle: { color: looks[kind].colour, opacity: 0.9 },
        data: points.map((c) => [c.usdPerMonth, of(c) * scale]),
        ...(kind === 'chosen'
          ? {
              z: 3,
              label: {
                show: true,
                position: 'bottom',
                color: theme.text,
                backgroundColor: theme.background,
                padding: 2,
                formatter: plan.choice.instanceType,
              },
              markLine: {
                symbol: 'none',
                silent: true,
                data: [targetLine(theme, targetSeconds * scale, `target ${seconds(targetSeconds)}`)],
              },
            }
          : {}),
      })),
    };
  },
  pointOf: (plan, row) => {
    let dataIndex = row;
    let seriesIndex = 0;
    for (const { points } of grouped(plan)) {
      if (dataIndex < points.length) break;
      dataIndex -= points.length;
      seriesIndex++;
    }
    return { seriesIndex, dataIndex };
  },
};
