import { number, plural, rate } from '../format';
import { dayText, hoursOf } from '../view/day';
import { type Chart, pointParams } from './chart';
import { across, common, ROOM, tooltip, upward } from './theme';

/** Replicas and load by hour of the day. */
export const dayChart: Chart = {
  id: 'day',
  title: 'Replicas over the day',
  height: 280,
  missing: () => null,
  describe: (plan) => {
    const { choice, scaling, requirements } = plan;
    const text = dayText(plan);
    const replicas = plural(choice.replicas, 'replica');
    const fleet =
      text === null
        ? `${replicas} all day, planned for the peak of ${rate(requirements.workload.requestsPerSecond)}`
        : `Machines by hour: ${text}`;
    return `${fleet}. Scaling keeps between ${scaling.minInstances} and ${plural(scaling.maxInstances, 'machine')}.`;
  },
  table: (plan) => ({
    caption: 'Replicas and load by hour of the day, UTC',
    columns: [
      { title: 'Hour' },
      { title: 'Machines', align: 'right' },
      { title: 'Replicas', align: 'right' },
      { title: 'Load', align: 'right' },
    ],
    rows: hoursOf(plan).map(({ label, instances, replicas, requestsPerSecond }) => [
      label,
      String(instances),
      String(replicas),
      rate(requestsPerSecond),
    ]),
  }),
  option: (plan, theme) => {
    const hours = hoursOf(plan);
    const busiest = Math.max(...hours.map(({ requestsPerSecond }) => requestsPerSecond));
    return {
      ...common(theme, dayChart.describe(plan)),
      grid: ROOM,
      tooltip: {
        ...tooltip(theme),
        trigger: 'axis',
        formatter: (params: unknown) => {
          const hour = hours[pointParams(params).dataIndex]!;
          return `from ${hour.label} UTC\n${plural(hour.replicas, 'replica')} on ${plural(hour.instances, 'machine')}\nload ${rate(hour.requestsPerSecond)}`;
        },
      },
      xAxis: {
        ...across(theme, 'hour of the day, UTC', number),
        type: 'category',
        data: hours.map(({ label }) => label),
        axisLabel: { color: theme.muted },
      },
      yAxis: [
        { ...upward(theme, 'replicas', number), minInterval: 1 },
        {
          ...upward(theme, 'load, requests a second', number),
          max: Number((busiest * 1.2).toPrecision(2)),
          splitLine: { show: false },
          nameTextStyle: { color: theme.muted, align: 'right', padding: [0, -24, 0, 0] },
        },
      ],
      series: [
        {
          name: 'replicas',
          type: 'bar',
          data: hours.map(({ replicas }) => replicas),
          itemStyle: { color: theme.accent, opacity: 0.75 },
        },
        {
          name: 'load',
          type: 'line',
          yAxisIndex: 1,
          step: 'middle',
          symbol: 'none',
          data: hours.map(({ requestsPerSecond }) => requestsPerSecond),
          lineStyle: { color: theme.palette[1]!, width: 2.5 },
          itemStyle: { color: theme.palette[1]! },
        },
      ],
    };
  },
  pointOf: (_, row) => ({ seriesIndex: 0, dataIndex: row }),
};
