import type { Plan } from '../plan/schema';
import { printable } from './printable';
import { keyFigures } from './view/answer';
import { glossary } from './view/glossary';
import { nextSteps } from './view/next';
import type { DataTable, Section } from './view/section';
import { sectionsOf, textOf } from './view/sections';

/** Parts that a pull request shows without a click; the rest is folded. */
const OPEN = new Set(['alternatives', 'risks']);
/** Charts only. */
const NOT_SHOWN = new Set(['day']);

/**
 * A plan for a pull request (GitHub-flavoured Markdown): the answer, figures and risks in sight, all else folded. One
 * line a fact and a fixed order, so that the difference between two plans reads well.
 * @param file where the plan document is, for the commands of the last part
 * @param program what starts this program, for the same
 */
export function markdownReport(plan: Plan, file: string, program = 'qwen-selfhost'): string {
  const clean = printable(plan);
  const sections: Section[] = [
    ...sectionsOf(clean).filter(({ id }) => !NOT_SHOWN.has(id)),
    { id: 'next', title: 'What to do next', items: nextSteps(clean, file, program) },
  ];
  const words: Section = {
    id: 'words',
    title: 'Words',
    facts: glossary(`${clean.summary}\n${textOf(sections)}`),
  };
  const figures: DataTable = {
    caption: 'Figures',
    columns: [{ title: 'Figure' }, { title: 'Value', align: 'right' }, { title: 'Note' }],
    rows: keyFigures(clean).map(({ label, value, note }) => [label, value, note]),
  };
  return [
    `## ${escapeMarkdown(clean.name)}`,
    `**${escapeMarkdown(clean.summary) || 'A plan'}**`,
    table(figures),
    ...[...sections, words].map((section) => (OPEN.has(section.id) ? open(section) : folded(section))),
  ]
    .join('\n\n')
    .concat('\n');
}

const open = (section: Section): string => `### ${escapeMarkdown(section.title)}\n\n${body(section)}`;

const folded = (section: Section): string =>
  `<details><summary>${escapeHtml(section.title)}</summary>\n\n${body(section)}\n\n</details>`;

const body = ({ lead, facts = [], items = [], table: data }: Section): string =>
  [
    ...(lead ? [escapeMarkdown(lead)] : []),
    ...(facts.length > 0
      ? [facts.map(([label, value]) => `- **${escapeMarkdown(label)}**: ${escapeMarkdown(value)}`).join('\n')]
      : []),
    ...(items.length > 0 ? [items.map((item) => `- ${escapeMarkdown(item)}`).join('\n')] : []),
    ...(data ? [table(data)] : []),
  ].join('\n\n');

function table({ columns, rows }: DataTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    `|${columns.map(({ align }) => (align === 'right' ? ' ---: ' : ' --- ')).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}

/** ASCII punctuation that means something in Markdown or HTML; a backslash takes its meaning. */
const MEANINGFUL = /[\\`*_[\]<>#|~&]|\$(?!\d)/g;
/** What GitHub links by itself: people, issues, addresses. A word joiner between keeps it text. */
const LINKED = /@(?=\w)|#(?=\d)|:(?=\/\/)|(?<=www)\./gi;
const WORD_JOINER = '\u2060';

/** Text that a Markdown reader shows as it is, in a paragraph, a list or a table cell. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(LINKED, (mark) => `${mark}${WORD_JOINER}`)
    .replace(MEANINGFUL, (mark) => `\\${mark}`)
    // Only at the start of a line do these open a list, a heading or a rule.
    .replace(/^(\s*)([-+=]|\d+(?=[.)](?:\s|$)))/, (_, space: string, mark: string) =>
      /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`,
    );

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
