import type { Plan } from '../../plan/schema';
import { glossary } from '../../report/view/glossary';
import type { Fact, Section } from '../../report/view/section';
import { sectionsOf, textOf } from '../../report/view/sections';
import { h, setText } from '../dom';
import { type Figures, figures } from './charts';
import { shownTable } from './data-table';

/** The parts of a report, in the words of the report, each of which may be folded away. */
export function sectionList(say: (text: string) => void) {
  const element = h('div', { class: 'sections' });
  const known = new Map<string, ReturnType<typeof part>>();
  const drawn = figures(say);
  return {
    element,
    show: (plan: Plan, alone: boolean): void => {
      const sections = sectionsOf(plan, alone ? 'being simulated…' : undefined);
      const words: Section = {
        id: 'words',
        title: 'Words',
        facts: glossary(`${plan.summary}\n${textOf(sections)}`),
      };
      const parts = [...sections, words].map((section) => {
        const shown = known.get(section.id) ?? part(section, drawn);
        known.set(section.id, shown);
        shown.show(section);
        return shown.element;
      });
      // Moving an element takes the focus from what is in it.
      if (parts.some((shown, i) => element.children[i] !== shown) || element.children.length !== parts.length)
        element.replaceChildren(...parts);
      drawn.show(plan);
    },
  };
}

/** One part; what is folded away is written when it is opened. */
function part({ id, charts = [], folded = false, table, tone }: Section, drawn: Figures) {
  const title = h('h2', {});
  const lead = h('p', {});
  const facts = h('dl', {});
  const items = h('ul', {});
  const rows = table ? shownTable(table.caption, folded) : null;
  const content = [lead, facts, items, ...(rows ? [rows.element] : [])];
  const pictures = charts.map((chart) => drawn.element(chart));
  const element = h(
    'details',
    { class: `part ${tone ?? ''}`, id: `part-${id}`, open: !folded },
    h('summary', {}, title),
    ...content,
    ...(pictures.length > 0 ? [h('div', { class: 'charts' }, ...pictures)] : []),
  );
  let due: Section | null = null;
  const write = (): void => {
    if (due === null) return;
    const { lead: leadText = '', facts: pairs = [], items: lines = [], table: data } = due;
    due = null;
    setText(lead, leadText);
    facts.replaceChildren(...pairs.map(pair));
    items.replaceChildren(...lines.map((line) => h('li', {}, line)));
    if (data) rows?.show(data);
    for (const place of [lead, facts, items]) place.hidden = place.childNodes.length === 0;
  };
  element.addEventListener('toggle', write);
  return {
    element,
    show: (section: Section): void => {
      due = section;
      setText(title, section.title);
      if (element.open) write();
    },
  };
}

const pair = ([label, value]: Fact): HTMLElement => h('div', {}, h('dt', {}, label), h('dd', {}, value));
