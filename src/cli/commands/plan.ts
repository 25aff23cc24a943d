import { Command, Option } from 'commander';
import { UserError } from '../../errors';
import { serializePlan } from '../../plan/document';
import type { Plan } from '../../plan/schema';
import { markdownReport } from '../../report/markdown';
import { terminalReport } from '../../report/terminal';
import { calibrationOption } from '../calibration-flag';
import { writeText } from '../files';
import { jsonText } from '../output/json';
import type { PlansOutput } from '../output/plans';
import { addRequirementFlags } from '../requirement-flags';
import { mixedOption, plansFrom, totalLine } from '../requirements-file';
import type { Streams } from '../streams';

export const planPath = (name: string): string => `plans/${name}.plan.json`;

/** `plan [FILE]`: decide, print, write the Plan. */
export function planCommand(streams: Streams): Command {
  const command = new Command('plan')
    .description('choose machines and settings, explain them, and write plans/<name>.plan.json')
    .argument('[FILE]', 'requirements (default: selfhost.yaml in this folder, if there is one)')
    .option(
      '--json',
      'print the plan document instead of the report, and write no file unless --out is given',
    )
    .addOption(
      new Option('--markdown', 'print Markdown for a pull request instead of the report').conflicts('json'),
    )
    .addOption(new Option('--quiet', 'print the answer in one sentence only').conflicts(['json', 'markdown']))
    .option('--exhaustive', 'size every candidate in full; slower, the same answer')
    .addOption(mixedOption())
    .addOption(calibrationOption())
    .option('--out <file>', 'where to write the plan document');
  return addRequirementFlags(command).action(async (file: string | undefined, options: PlanOptions) => {
    const plans = await plansFrom(file, command, streams);
    if (options.out !== undefined && plans.length > 1)
      throw new UserError('--out names one file, and there are several services; leave it out');
    if (options.json) {
      if (options.out !== undefined) writeText(options.out, serializePlan(plans[0]!));
      streams.out(plans.length === 1 ? serializePlan(plans[0]!) : jsonText(together(plans)));
      return;
    }
    const written = plans.map((plan) => {
      const out = options.out ?? planPath(plan.name);
      writeText(out, serializePlan(plan));
      return { plan, out };
    });
    for (const { plan, out } of written) streams.out(reportOf(plan, out, options, streams));
    if (options.markdown || options.quiet) return;
    streams.out(`${totalLine(plans)}Wrote ${written.map(({ out }) => out).join(', ')}\n`);
  });
}

interface PlanOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly quiet?: boolean;
  readonly out?: string;
}

function reportOf(plan: Plan, file: string, { markdown, quiet }: PlanOptions, streams: Streams): string {
  if (quiet) return `${plan.summary}\n`;
  return markdown
    ? markdownReport(plan, file, streams.program)
    : `${terminalReport(plan, { ...streams, file })}\n`;
}

/** Several services as one document. */
export const together = (plans: readonly Plan[]): PlansOutput => ({
  totalUsdPerMonth: Math.round(plans.reduce((sum, { cost }) => sum + cost.usdPerMonth, 0) * 100) / 100,
  plans: [...plans],
});
