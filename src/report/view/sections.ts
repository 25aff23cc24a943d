import type { Plan } from '../../plan/schema';
import { alternativeFacts } from './alternatives';
import { choiceFacts } from './choice';
import { latencyFacts } from './latency';
import { memoryFacts } from './memory';
import { mixLines } from './mix';
import { costFacts, HOSTED_LEAD, hostedApis, marketLines } from './money';
import { provenanceTable } from './provenance';
import { rejectedTable } from './rejected';
import type { Section } from './section';

/**
 * What is said of a plan below its summary, part by part, in the order of importance; empty parts are left out.
 * @param noAlternative what is said in place of an alternative that there is not
 */
export function sectionsOf(plan: Plan, noAlternative?: string): Section[] {
  const hosted = hostedApis(plan);
  const sections: Section[] = [
    { id: 'choice', title: 'What is chosen', facts: choiceFacts(plan) },
    {
      id: 'latency',
      title: 'What users will feel (95th percentile; 80% interval in brackets)',
      facts: latencyFacts(plan),
      charts: ['first-token', 'each-token'],
    },
    { id: 'cost', title: 'What it costs', facts: costFacts(plan) },
    {
      id: 'alternatives',
      title: 'Next cheaper, faster, safer',
      facts: alternativeFacts(plan, noAlternative),
      charts: ['candidates'],
    },
    { id: 'risks', title: 'Risks', items: plan.risks, tone: 'warning' },
    {
      id: 'rejected',
      title: `Why not the other ${plan.rejected.length} instance types`,
      table: rejectedTable(plan),
      folded: true,
    },
    { id: 'mix', title: 'A mix of fleets', items: mixLines(plan) },
    { id: 'markets', title: 'Bought otherwise', items: marketLines(plan) },
    {
      id: 'hosted',
      title: 'Against hosted APIs',
      ...(hosted.rows.length > 0 ? { lead: HOSTED_LEAD, table: hosted } : {}),
      charts: ['cost'],
    },
    { id: 'memory', title: 'Memory per GPU', facts: memoryFacts(plan), charts: ['memory'] },
    { id: 'day', title: 'Over the day', charts: ['day'] },
    { id: 'understood', title: 'Taken for granted', items: plan.notes },
    { id: 'provenance', title: 'Where the figures come from', table: provenanceTable(plan), folded: true },
  ];
  return sections.filter(hasContent);
}

const hasContent = ({ facts = [], items = [], table, charts = [] }: Section): boolean =>
  facts.length > 0 || items.length > 0 || charts.length > 0 || (table?.rows.length ?? 0) > 0;

/** All words of some sections, for the glossary. */
export const textOf = (sections: readonly Section[]): string =>
  sections
    .flatMap(({ title, lead = '', facts = [], items = [], table }) => [
      title,
      lead,
      ...facts.flat(),
      ...items,
      ...(table ? [...table.columns.map((column) => column.title), ...table.rows.flat()] : []),
    ])
    .join('\n');
