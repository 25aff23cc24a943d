import type { Plan } from '../../plan/schema';
import { plural } from '../../report/format';
import { hostedApis, marketLines } from '../../report/view/money';
import { h, setText } from '../dom';
import { shownTable } from './data-table';

/** The lists under the figures: what was understood, what else there is, why not the others, what may go wrong. */
export function detailSections() {
  const understood = h('ul', {});
  const alternatives = h('ul', {});
  const bought = h('ul', {});
  const risks = h('ul', {});
  const apis = shownTable('Hosted APIs against this plan');
  const rejected = shownTable('Instance types that were not chosen');
  const search = h('input', {
    type: 'search',
    id: 'search-rejected',
    placeholder: 'for example p5',
    autocomplete: 'off',
  });
  const left = h('span', { class: 'hint', role: 'status' });
  const found = (): void => setText(left, plural(rejected.filter(search.value), 'instance type'));
  search.addEventListener('input', found);

  const sections = {
    alternatives: section('What else would do', alternatives),
    risks: section('What may go wrong', risks),
    understood: section('What the planner understood', understood),
    bought: section('Bought otherwise', bought),
    apis: section('Against hosted APIs', apis.element),
    whyNot: section(
      'Why not another machine',
      h('p', { class: 'row no-print' }, h('label', { for: 'search-rejected' }, 'Search'), search, left),
      rejected.element,
    ),
  };
  return {
    element: h('div', { class: 'details' }, ...Object.values(sections)),
    show: (plan: Plan): void => {
      fill(sections.understood, understood, plan.notes);
      fill(sections.alternatives, alternatives, plan.alternatives.map(alternativeText));
      fill(sections.bought, bought, marketLines(plan));
      fill(sections.risks, risks, plan.risks);
      const table = hostedApis(plan);
      apis.show(table);
      sections.apis.hidden = table.rows.length === 0;
      rejected.show({
        caption: 'Instance types that were not chosen, the closest first',
        columns: [{ title: 'instance type' }, { title: 'stopped by' }, { title: 'reason' }],
        rows: plan.rejected.map(({ instanceType, filter, reason }) => [instanceType, filter, reason]),
      });
      found();
    },
  };
}

const KINDS = { 'next-cheaper': 'Cheaper', 'next-safer': 'Safer', 'next-faster': 'Faster' } as const;

const alternativeText = ({ kind, option, tradeOff }: Plan['alternatives'][number]): string =>
  `${KINDS[kind]}: ${option.instances} × ${option.instanceType}, ${option.checkpoint.toUpperCase()} weights: ${tradeOff}`;

function fill(section: HTMLElement, list: HTMLElement, lines: readonly string[]): void {
  section.hidden = lines.length === 0;
  list.replaceChildren(...lines.map((line) => h('li', {}, line)));
}

const section = (title: string, ...content: readonly Node[]): HTMLElement =>
  h('details', { class: 'section', open: true }, h('summary', {}, h('h3', {}, title)), ...content);
