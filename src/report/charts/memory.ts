import { gib, number } from '../format';
import { gpuName } from '../view/gpu';
import { memoryParts } from '../view/memory';
import { type Chart, pointParams } from './chart';
import { across, common, tooltip } from './theme';

/** A part that fills so much of the bar has room for its size. */
const LABELLED_SHARE = 0.15;

/** What fills one GPU, as a stacked bar. */
export const memoryChart: Chart = {
  id: 'memory',
  title: 'Memory of one GPU',
  height: 104,
  missing: () => null,
  describe: (plan) => {
    const parts = memoryParts(plan).map(({ name, gib: size }) => `${name} ${gib(size)}`);
    return `Of ${gib(plan.memory.usableGiB)} usable on each ${gpuName(plan.choice.gpu)}: ${parts.join(', ')}.`;
  },
  table: (plan) => ({
    caption: 'Memory of one GPU',
    columns: [{ title: 'Part' }, { title: 'Size', align: 'right' }, { title: 'What it is' }],
    rows: memoryParts(plan).map(({ name, gib: size, what }) => [name, gib(size), what]),
  }),
  option: (plan, theme) => {
    const parts = memoryParts(plan);
    return {
      ...common(theme, memoryChart.describe(plan)),
      grid: { left: 8, right: 16, top: 8, height: 54, containLabel: true },
      tooltip: {
        ...tooltip(theme),
        trigger: 'item',
        formatter: (params: unknown) => {
          const { name, gib: size, what } = parts[pointParams(params).seriesIndex]!;
          return `${name}: ${gib(size)}\n${what}`;
        },
      },
      xAxis: { ...across(theme, 'GiB of one GPU', number), max: plan.memory.usableGiB },
      yAxis: { type: 'category', data: [''], axisTick: { show: false }, axisLine: { show: false } },
      series: parts.map(({ name, gib: size, free }, i) => ({
        name,
        type: 'bar',
        stack: 'memory',
        data: [size],
        label: { show: size > plan.memory.usableGiB * LABELLED_SHARE, formatter: gib(size) },
        itemStyle: {
          color: free ? theme.background : theme.palette[i % theme.palette.length]!,
          borderColor: free ? theme.muted : theme.background,
        },
      })),
    };
  },
  pointOf: (_, row) => ({ seriesIndex: row, dataIndex: 0 }),
};
