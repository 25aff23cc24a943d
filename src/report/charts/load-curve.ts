import type { Interval, Plan } from '../../plan/schema';
import { number, plural, rate, seconds } from '../format';
import { limitWords } from '../view/latency';
import { type Chart, pointParams, withoutSeries } from './chart';
import { across, common, plannedLine, ROOM, targetLine, tooltip, upward } from './theme';

interface Latency {
  readonly id: string;
  readonly title: string;
  /** `time to first token` */
  readonly name: string;
  readonly of: (point: NonNullable<Plan['series']>['load'][number]) => Interval;
  readonly targetSeconds: (plan: Plan) => number;
}

/** The band is cut there: what is far beyond the target is all the same to the reader. */
const SHOWN_TIMES_THE_TARGET = 2;
const EXPECTED = 2;

/** A latency against load: expected line, interval band, the target, the planned load. */
export function loadCurveChart({ id, title, name, of, targetSeconds }: Latency): Chart {
  const pointsOf = (plan: Plan) => plan.series!.load;
  const chart: Chart = {
    id,
    title,
    height: 300,
    missing: withoutSeries,
    describe: (plan) => {
      const { requirements, predicted, choice } = plan;
      const points = pointsOf(plan);
      const highest = predicted.capacityRequestsPerSecondPerReplica * choice.replicas;
      const [first, last] = [points[0]!, points.at(-1)!];
      return `95 of 100 requests see a ${name} below the line: ${seconds(of(first).expected)} at ${rate(first.requestsPerSecond)}, ${seconds(of(last).expected)} at ${rate(last.requestsPerSecond)}. The band holds 80% of such predictions. Target ${seconds(targetSeconds(plan))}; planned ${rate(requirements.workload.requestsPerSecond)}; both targets hold up to ${rate(highest)} on ${plural(choice.instances, 'machine')}, limited by ${limitWords(predicted.limitedBy)}.`;
    },
    table: (plan) => ({
      caption: `${title}, 95th percentile`,
      columns: [
        { title: 'Load', align: 'right' },
        { title: 'Expected', align: 'right' },
        { title: '80% interval' },
        { title: 'Target' },
      ],
      rows: pointsOf(plan).map((point) => [
        rate(point.requestsPerSecond),
        seconds(of(point).expected),
        `${seconds(of(point).low)} to ${seconds(of(point).high)}`,
        of(point).expected <= targetSeconds(plan) ? 'met' : 'missed',
      ]),
    }),
    option: (plan, theme) => {
      const points = pointsOf(plan);
      const target = targetSeconds(plan);
      const planned = plan.requirements.workload.requestsPerSecond;
      const max = Math.min(
        Math.max(target * 1.15, ...points.map((point) => of(point).high)),
        target * SHOWN_TIMES_THE_TARGET,
      );
      const [unit, scale] = max < 1 ? ['ms', 1000] : ['s', 1];
      const at = (value: (interval: Interval) => number) =>
        points.map((point) => [point.requestsPerSecond, value(of(point)) * scale]);
      const bound = {
        type: 'line' as const,
        stack: 'band',
        symbol: 'none',
        silent: true,
        lineStyle: { opacity: 0 },
      };
      return {
        ...common(theme, chart.describe(plan)),
        grid: ROOM,
        tooltip: {
          ...tooltip(theme),
          trigger: 'axis',
          formatter: (params: unknown) => {
            const point = points[pointParams(params).dataIndex]!;
            return `${rate(point.requestsPerSecond)}\n${name} ${seconds(of(point).expected)}\n80% interval ${seconds(of(point).low)} to ${seconds(of(point).high)}`;
          },
        },
        xAxis: { ...across(theme, 'load, requests a second', number), max: points.at(-1)!.requestsPerSecond },
        yAxis: upward(theme, `${name}, ${unit}`, number, max * scale),
        series: [
          { ...bound, name: 'low', data: at(({ low }) => low) },
          {
            ...bound,
            name: '80% interval',
            data: at(({ low, high }) => high - low),
            areaStyle: { color: theme.accent, opacity: 0.22 },
            itemStyle: { color: theme.accent, opacity: 0.4 },
          },
          {
            name: 'expected',
            type: 'line',
            data: at(({ expected }) => expected),
            symbolSize: 6,
            lineStyle: { color: theme.accent, width: 2.5 },
            itemStyle: { color: theme.accent },
            markLine: {
              symbol: 'none',
              silent: true,
              data: [
                targetLine(theme, target * scale, `target ${seconds(target)}`),
                plannedLine(theme, planned, `planned: ${rate(planned)}`),
              ],
            },
          },
        ],
      };
    },
    pointOf: (_, row) => ({ seriesIndex: EXPECTED, dataIndex: row }),
  };
  return chart;
}
