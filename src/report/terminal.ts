import { createColors } from 'picocolors';
import type { Plan } from '../plan/schema';
import { printable } from './printable';
import { table, wrap } from './table';
import { glossary } from './view/glossary';
import { nextSteps } from './view/next';
import { rejectedTable } from './view/rejected';
import type { DataTable, Fact, Section } from './view/section';
import { sectionsOf, textOf } from './view/sections';

export interface TerminalOptions {
  readonly columns: number;
  readonly colour: boolean;
  /** Where the plan document is, to say what can be done with it. */
  readonly file?: string;
  /** What starts this program, for the commands of the last part. */
  readonly program?: string;
}

const NARROWEST = 60;
const WIDEST = 120;
const REJECTIONS_SHOWN = 8;
/** An engineer at a terminal knows what spot is. */
const ABBREVIATION = /^([A-Z]{2,}\d?|p95)\b(?!.* cache)/;
/** Parts that a terminal has no room for; the HTML report has them. */
const NOT_SHOWN = new Set(['provenance', 'day']);

/** A plan for the person at the terminal: the answer, what it rests on, what else there is, what to do next. */
export function terminalReport(plan: Plan, options: TerminalOptions): string {
  const columns = Math.min(Math.max(options.columns, NARROWEST), WIDEST);
  const colours = createColors(options.colour);
  const clean = printable(plan);
  const sections = [
    ...sectionsOf(clean)
      .filter(({ id }) => !NOT_SHOWN.has(id))
      .map((section) => (section.id === 'rejected' ? closest(clean, section) : section)),
    ...(options.file === undefined
      ? []
      : [
          {
            id: 'next',
            title: 'What to do next',
            items: nextSteps(clean, options.file, options.program ?? 'qwen-selfhost'),
          },
        ]),
  ];
  const words = glossary(`${clean.summary}\n${textOf(sections)}`).filter(([word]) => ABBREVIATION.test(word));
  const shown = [...sections, { id: 'words', title: 'Words', facts: words }];

  const facts = (rows: readonly Fact[]): string => {
    const width = Math.max(...rows.map(([label]) => label.length)) + 4;
    return rows
      .map(
        ([label, value]) =>
          `  ${colours.dim(label.padEnd(width - 2))}${wrap(value, columns - width).replaceAll('\n', `\n${' '.repeat(width)}`)}\n`,
      )
      .join('');
  };
  const items = (texts: readonly string[], tone: Section['tone']): string =>
    texts
      .map((text) => wrap(text, columns - 4).split('\n'))
      .map((lines) => (tone === 'warning' ? lines.map(colours.yellow) : lines))
      .map((lines) => `  - ${lines.join('\n    ')}\n`)
      .join('');
  const section = ({
    title,
    lead,
    facts: rows = [],
    items: texts = [],
    table: data,
    tone,
  }: Section): string =>
    [
      `\n${wrap(title, columns).split('\n').map(colours.bold).join('\n')}\n`,
      ...(lead ? [`  ${wrap(lead, columns - 2).replaceAll('\n', '\n  ')}\n`] : []),
      ...(rows.length > 0 ? [facts(rows)] : []),
      items(texts, tone),
      ...(data ? [dataTable(data, columns)] : []),
    ].join('');

  return [
    `${wrap(clean.summary, columns).split('\n').map(colours.bold).join('\n')}\n`,
    ...shown.map(section),
  ].join('');
}

function closest(plan: Plan, section: Section): Section {
  const shown = Math.min(REJECTIONS_SHOWN, plan.rejected.length);
  const all = shown < plan.rejected.length ? `, the ${shown} closest (all are in the plan)` : '';
  return { ...section, title: `${section.title}${all}`, table: rejectedTable(plan, shown) };
}

const dataTable = ({ columns: titles, rows, flexible }: DataTable, columns: number): string =>
  table(
    titles.map(({ title }) => title),
    rows,
    {
      columns,
      indent: '  ',
      rightAligned: titles.flatMap(({ align }, i) => (align === 'right' ? [i] : [])),
      flexible: flexible ?? titles.length - 1,
    },
  );
