import type { Plan } from '../../plan/schema';
import { breakEvenRows, marketLines } from '../../report/money';
import { h } from '../dom';

/** The lists under the figures: what was understood, what else there is, why not the others, what may go wrong. */
export function detailSections() {
  const understood = list();
  const alternatives = list();
  const bought = list();
  const risks = list();
  const apis = dataTable('Hosted APIs against this plan', [
    'API',
    'a month',
    'tokens a day from which you win',
    'verdict',
  ]);
  const rejected = dataTable('Instance types that were not chosen', [
    'instance type',
    'stopped by',
    'reason',
  ]);
  const search = h('input', {
    type: 'search',
    id: 'search-rejected',
    placeholder: 'for example p5',
    autocomplete: 'off',
  });
  const whyNot = section(
    'Why not another machine',
    h('p', { class: 'row' }, h('label', { for: 'search-rejected' }, 'Search'), search),
    rejected.element,
  );
  const found = (): void => rejected.filter(search.value);
  search.addEventListener('input', found);

  const sections = {
    understood: section('What the planner understood', understood),
    alternatives: section('What else would do', alternatives),
    bought: section('Bought otherwise', bought),
    apis: section('Against hosted APIs', apis.element),
    risks: section('What may go wrong', risks),
    whyNot,
  };
  return {
    element: h('div', { class: 'details' }, ...Object.values(sections)),
    show: (plan: Plan): void => {
      fill(sections.understood, understood, plan.notes);
      fill(
        sections.alternatives,
        alternatives,
        plan.alternatives.map(
          ({ kind, option, tradeOff }) =>
            `${KINDS[kind]}: ${option.instances} × ${option.instanceType} ${option.checkpoint.toUpperCase()}, ${tradeOff}`,
        ),
      );
      fill(sections.bought, bought, marketLines(plan));
      fill(sections.risks, risks, plan.risks);
      apis.rows(breakEvenRows(plan));
      sections.apis.hidden = breakEvenRows(plan).length === 0;
      rejected.rows(plan.rejected.map(({ instanceType, filter, reason }) => [instanceType, filter, reason]));
      found();
    },
  };
}

const KINDS = { 'next-cheaper': 'Cheaper', 'next-safer': 'Safer', 'next-faster': 'Faster' } as const;

const list = (): HTMLElement => h('ul', {});

function fill(section: HTMLElement, list: HTMLElement, lines: readonly string[]): void {
  section.hidden = lines.length === 0;
  list.replaceChildren(...lines.map((line) => h('li', {}, line)));
}

const section = (title: string, ...content: readonly Node[]): HTMLElement =>
  h('details', { class: 'section', open: true }, h('summary', {}, h('h3', {}, title)), ...content);

/** A table whose rows can be filtered by any of their text. */
function dataTable(caption: string, header: readonly string[]) {
  const body = h('tbody', {});
  const table = h(
    'table',
    {},
    h('caption', { class: 'visually-hidden' }, caption),
    h('thead', {}, h('tr', {}, ...header.map((title) => h('th', { scope: 'col' }, title)))),
    body,
  );
  return {
    element: h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table),
    rows: (rows: readonly (readonly string[])[]): void =>
      body.replaceChildren(
        ...rows.map(([first = '', ...others]) =>
          h('tr', {}, h('th', { scope: 'row' }, first), ...others.map((cell) => h('td', {}, cell))),
        ),
      ),
    filter: (text: string): void => {
      const wanted = text.trim().toLowerCase();
      for (const row of body.rows) row.hidden = !(row.textContent ?? '').toLowerCase().includes(wanted);
    },
  };
}
