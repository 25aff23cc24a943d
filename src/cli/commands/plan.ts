import { Command } from 'commander';
import { UserError } from '../../errors';
import { serializePlan } from '../../plan/document';
import type { Plan } from '../../plan/schema';
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
    .option('--exhaustive', 'size every candidate in full; slower, the same answer')
    .addOption(mixedOption())
    .addOption(calibrationOption())
    .option('--out <file>', 'where to write the plan document');
  return addRequirementFlags(command).action(
    async (file: string | undefined, options: { json?: boolean; out?: string }) => {
      const plans = await plansFrom(file, command);
      if (options.out !== undefined && plans.length > 1)
        throw new UserError('--out names one file, and there are several services; leave it out');
      const written = plans.flatMap((plan) => {
        const out = options.out ?? (options.json ? undefined : planPath(plan.name));
        if (out !== undefined) writeText(out, serializePlan(plan));
        return out ?? [];
      });
      if (options.json) {
        streams.out(plans.length === 1 ? serializePlan(plans[0]!) : jsonText(together(plans)));
        return;
      }
      for (const plan of plans)
        streams.out(`${terminalReport(plan, { columns: streams.columns, colour: streams.colour })}\n`);
      streams.out(totalLine(plans));
      streams.out(`Wrote ${written.join(', ')}\nNext: qwen-selfhost synth ${written.join(' ')}\n`);
    },
  );
}

/** Several services as one document. */
export const together = (plans: readonly Plan[]): PlansOutput => ({
  totalUsdPerMonth: Math.round(plans.reduce((sum, { cost }) => sum + cost.usdPerMonth, 0) * 100) / 100,
  plans: [...plans],
});
