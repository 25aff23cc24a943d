import type { Outcome } from './rehearsal';

const STEPS = ['validate', 'apply', 'plan', 'destroy'] as const;

/** Outcomes as a Markdown table: per stack what was run, and what was left out of it. */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ name, steps, problem, resources, leftOut, seconds }) => [
    name,
    ...STEPS.map((step) => (steps.includes(step) ? 'yes' : problem?.startsWith(step) ? 'FAILED' : '–')),
    String(resources),
    leftOut.map(({ address }) => `\`${address}\``).join(', ') || '–',
    String(seconds),
  ]);
  const head = [
    'stack',
    'validated',
    'applied',
    'second plan empty',
    'destroyed',
    'resources',
    'validated only',
    's',
  ];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
