import type { Plan } from '../../plan/schema';
import { CHARTS } from '../../report/charts';
import type { Chart } from '../../report/charts/chart';
import { DARK, LIGHT, type Theme } from '../../report/charts/theme';
import { mountChart } from '../../report/client/mount';
import { h, setText } from '../dom';
import { shownTable } from './data-table';

/** All charts of a plan, each with what it shows in words and as a table. */
export function charts() {
  const said = h('p', { class: 'visually-hidden', role: 'status' });
  const figures = CHARTS.map((chart) => figure(chart, (text) => setText(said, text)));
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let shown: Plan | null = null;
  const draw = (): void => {
    if (shown !== null) for (const { show } of figures) show(shown, dark.matches ? DARK : LIGHT);
  };
  dark.addEventListener('change', draw);
  return {
    element: h(
      'section',
      { class: 'charts', 'aria-label': 'Charts' },
      ...figures.map(({ element }) => element),
      said,
    ),
    show: (plan: Plan): void => {
      shown = plan;
      draw();
    },
  };
}

function figure(chart: Chart, say: (text: string) => void) {
  const drawing = h('div', { class: 'chart' });
  drawing.style.height = `${chart.height}px`;
  const words = h('p', { class: 'hint' });
  const table = shownTable(`${chart.title}, as a table`);
  const asTable = h('details', {}, h('summary', {}, 'As a table'), table.element);
  const element = h(
    'figure',
    { id: `chart-${chart.id}` },
    h('figcaption', {}, h('h3', {}, chart.title), words),
    drawing,
    asTable,
  );
  // ECharts measures its element when it starts, which has no size before it is on the page.
  let mounted: ReturnType<typeof mountChart> | null = null;
  const resized = new ResizeObserver(() => mounted?.resize());
  return {
    element,
    show: (plan: Plan, theme: Theme): void => {
      const missing = chart.missing(plan);
      element.hidden = missing !== null;
      if (missing !== null) return;
      if (mounted === null) {
        mounted = mountChart(drawing, chart, say);
        resized.observe(drawing);
      }
      mounted.show(plan, theme);
      setText(words, chart.describe(plan));
      table.show(chart.table(plan));
    },
  };
}
