import type { Plan } from '../../plan/schema';
import { CHARTS } from '../charts/index';
import { DARK, LIGHT, type Theme } from '../charts/theme';
import { type Mounted, mountChart } from './mount';
import { searchTables } from './search';

/** What runs in the HTML report: draws the charts of the plan in the document, switches colours, searches tables. */
const plan = JSON.parse(document.getElementById('plan')!.textContent!) as Plan;
const said = document.getElementById('said')!;
const choice = document.getElementById('theme') as HTMLSelectElement;
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

const charts: Mounted[] = [...document.querySelectorAll<HTMLElement>('[data-chart]')].map((element) => {
  element.style.height = `${element.dataset.height}px`;
  return mountChart(element, CHARTS.find(({ id }) => id === element.dataset.chart)!, (text) => {
    said.textContent = text;
  });
});

const theme = (): Theme =>
  choice.value === 'dark' || (choice.value === 'auto' && prefersDark.matches) ? DARK : LIGHT;

function paint(colours: Theme): void {
  document.documentElement.dataset.theme = colours.name;
  for (const chart of charts) chart.show(plan, colours);
}

choice.addEventListener('change', () => paint(theme()));
prefersDark.addEventListener('change', () => paint(theme()));
choice.closest('label')!.hidden = false;
paint(theme());
searchTables(document);

/** Paper is white, has the width of a page, and nothing on it can be unfolded. */
addEventListener('beforeprint', () => {
  document.documentElement.classList.add('printing');
  for (const details of document.querySelectorAll('details')) details.open = true;
  paint(LIGHT);
  for (const chart of charts) chart.resize();
});
addEventListener('afterprint', () => {
  document.documentElement.classList.remove('printing');
  paint(theme());
  for (const chart of charts) chart.resize();
});
