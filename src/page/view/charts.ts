import type { Plan } from '../../plan/schema';
import { CHARTS } from '../../report/charts';
import type { Chart } from '../../report/charts/chart';
import { DARK, LIGHT, type Theme } from '../../report/charts/theme';
import { type Mounted, mountChart } from '../../report/client/mount';
import { h, setText } from '../dom';
import { shownTable } from './data-table';

/** A chart is drawn when it comes this near to what is seen; a slider moves faster than six charts draw. */
const NEAR = '300px';

/** All charts of a plan, each with what it shows in words and as a table. */
export function charts(say: (text: string) => void) {
  const figures = CHARTS.map((chart) => figure(chart, say));
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const theme = (): Theme => (dark.matches ? DARK : LIGHT);
  let shown: Plan | null = null;
  const draw = (): void => {
    if (shown !== null) for (const { show } of figures) show(shown, theme());
  };
  dark.addEventListener('change', draw);
  // Paper is white, and shows everything.
  addEventListener('beforeprint', () => {
    if (shown !== null) for (const { print } of figures) print(shown);
  });
  addEventListener('afterprint', draw);
  return {
    element: h(
      'section',
      { class: 'charts', 'aria-label': 'Charts' },
      ...figures.map(({ element }) => element),
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
  const title = h('h3', {}, chart.title);
  const element = h(
    'figure',
    { id: `chart-${chart.id}` },
    h('figcaption', {}, title, words),
    drawing,
    asTable,
  );

  let mounted: Mounted | null = null;
  let due: { readonly plan: Plan; readonly theme: Theme } | null = null;
  let near = false;
  const draw = (): void => {
    if (due === null) return;
    // ECharts measures its element when it starts, which has no size before it is on the page.
    if (mounted === null) {
      mounted = mountChart(drawing, chart, say);
      new ResizeObserver(() => mounted?.resize()).observe(drawing);
    }
    mounted.show(due.plan, due.theme);
    due = null;
  };
  new IntersectionObserver(
    (entries) => {
      near = entries.at(-1)!.isIntersecting;
      if (near) draw();
    },
    { rootMargin: NEAR },
  ).observe(drawing);

  const show = (plan: Plan, theme: Theme): void => {
    element.hidden = chart.missing(plan) !== null;
    if (element.hidden) return;
    due = { plan, theme };
    if (near) draw();
    setText(words, chart.describe(plan));
    table.show(chart.table(plan));
  };
  return {
    element,
    show,
    print: (plan: Plan): void => {
      show(plan, LIGHT);
      draw();
    },
  };
}
