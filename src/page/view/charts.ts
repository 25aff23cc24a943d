import type { Plan } from '../../plan/schema';
import type { Chart } from '../../report/charts/chart';
import { CHARTS } from '../../report/charts/index';
import { DARK, LIGHT, type Theme } from '../../report/charts/theme';
import { type Mounted, mountChart } from '../../report/client/mount';
import { h, setText } from '../dom';
import { shownTable } from './data-table';

/** A chart is drawn when it comes this near to what is seen; a slider moves faster than six charts draw. */
const NEAR = '300px';

export interface Figures {
  /** The place of a chart. */
  readonly element: (chart: string) => HTMLElement;
  readonly show: (plan: Plan) => void;
}

/** All charts of a plan, each with what it shows in words and as a table, in the colours of the system. */
export function figures(say: (text: string) => void): Figures {
  const all = new Map(CHARTS.map((chart) => [chart.id, figure(chart, say)]));
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let shown: Plan | null = null;
  const paint = (theme: Theme): void => {
    document.documentElement.dataset.theme = theme.name;
    if (shown !== null) for (const { show } of all.values()) show(shown, theme);
  };
  const usual = (): void => paint(dark.matches ? DARK : LIGHT);
  dark.addEventListener('change', usual);
  // Paper is white, and shows what the screen has yet to come near to.
  addEventListener('beforeprint', () => {
    document.documentElement.classList.add('printing');
    paint(LIGHT);
    for (const { draw } of all.values()) draw();
  });
  addEventListener('afterprint', () => {
    document.documentElement.classList.remove('printing');
    usual();
  });
  usual();
  return {
    element: (chart) => all.get(chart)!.element,
    show: (plan) => {
      shown = plan;
      usual();
    },
  };
}

function figure(chart: Chart, say: (text: string) => void) {
  const drawing = h('div', { class: 'chart', 'data-chart': chart.id });
  drawing.style.height = `${chart.height}px`;
  const words = h('p', { class: 'note' });
  const table = shownTable(`${chart.title}, as a table`);
  const asTable = h('details', {}, h('summary', {}, 'The same as a table'), table.element);
  const element = h('figure', {}, h('figcaption', {}, chart.title), drawing, words, asTable);

  let mounted: Mounted | null = null;
  let due: { readonly plan: Plan; readonly theme: Theme } | null = null;
  let near = false;
  const draw = (): void => {
    if (due === null || element.hidden) return;
    const { plan, theme } = due;
    due = null;
    // ECharts measures its element when it starts, which has no size before it is on the page.
    mounted ??= mountChart(drawing, chart, say);
    mounted.show(plan, theme);
  };
  new IntersectionObserver(
    (entries) => {
      near = entries.at(-1)!.isIntersecting;
      if (near) draw();
    },
    { rootMargin: NEAR },
  ).observe(drawing);

  return {
    element,
    draw,
    show: (plan: Plan, theme: Theme): void => {
      element.hidden = chart.missing(plan) !== null;
      if (element.hidden) return;
      due = { plan, theme };
      if (near) draw();
      setText(words, chart.describe(plan));
      table.show(chart.table(plan));
    },
  };
}
