import { Command } from 'commander';
import { didYouMean, quote, UserError } from '../../errors';
import { parsePlan } from '../../plan/document';
import { explainChoice, explainType } from '../../report/explain';
import { wrap } from '../../report/table';
import type { ExplanationOutput } from '../output/explanation';
import { jsonText } from '../output/json';
import { readText } from '../read-text';
import type { Streams } from '../streams';

/** `explain PLAN [INSTANCE_TYPE]`: why this, and why not that. */
export function explainCommand(streams: Streams): Command {
  return new Command('explain')
    .description('why this plan, or why not an instance type')
    .argument('<PLAN>', 'plan document written by qwen-selfhost plan')
    .argument('[INSTANCE_TYPE]', 'for example g6e.xlarge')
    .option('--json', 'print JSON')
    .action((file: string, instanceType: string | undefined, options: { json?: boolean }) => {
      const plan = parsePlan(readText(file), file);
      const lines = instanceType === undefined ? explainChoice(plan) : explainType(plan, instanceType);
      if (lines === null) {
        const known = [plan.choice.instanceType, ...plan.rejected.map((rejection) => rejection.instanceType)];
        throw new UserError(
          `${quote(instanceType)} is not offered in ${plan.requirements.regions.join(', ')}${didYouMean(instanceType!, known)}`,
        );
      }
      if (options.json)
        streams.out(
          jsonText({ instanceType: instanceType ?? null, because: lines } satisfies ExplanationOutput),
        );
      else for (const line of lines) streams.out(`${wrap(line, streams.columns)}\n`);
    });
}
