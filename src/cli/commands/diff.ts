import { Command } from 'commander';
import { diffPlans, type PlanChange } from '../../plan/diff';
import { parsePlan } from '../../plan/document';
import { wrap } from '../../report/table';
import type { DifferencesOutput } from '../output/differences';
import { jsonText } from '../output/json';
import { readText } from '../read-text';
import type { Streams } from '../streams';

const EFFECTS: Readonly<Record<PlanChange['effect'], string>> = {
  replaces: 'replaces machines',
  interrupts: 'restarts engines',
  informs: 'changes nothing that runs',
};

const shown = (value: unknown): string => {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** `diff A B`: what changed between two plans, and why it matters. */
export function diffCommand(streams: Streams): Command {
  return new Command('diff')
    .description('what changed between two plans, and why it matters')
    .argument('<A>', 'the plan before')
    .argument('<B>', 'the plan after')
    .option('--json', 'print JSON')
    .action((a: string, b: string, options: { json?: boolean }) => {
      const changes = diffPlans(parsePlan(readText(a), a), parsePlan(readText(b), b));
      if (options.json) streams.out(jsonText({ changes } satisfies DifferencesOutput));
      else if (changes.length === 0) streams.out('No difference that matters.\n');
      else for (const change of changes) streams.out(`${wrap(lineOf(change), streams.columns, '  ')}\n`);
    });
}

const lineOf = ({ path, before, after, effect, why }: PlanChange): string =>
  `${path}: ${shown(before)} -> ${shown(after)} (${EFFECTS[effect]}: ${why})`;
