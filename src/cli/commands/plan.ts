import { Command } from 'commander';
import { serializePlan } from '../../plan/document';
import { terminalReport } from '../../report/terminal';
import { writeText } from '../files';
import { addRequirementFlags } from '../requirement-flags';
import { planFrom } from '../requirements-file';
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
    .option('--out <file>', 'where to write the plan document');
  return addRequirementFlags(command).action(
    (file: string | undefined, options: { json?: boolean; out?: string }) => {
      const plan = planFrom(file, command);
      const text = serializePlan(plan);
      const out = options.out ?? (options.json ? undefined : planPath(plan.name));
      if (out !== undefined) writeText(out, text);
      if (options.json) {
        streams.out(text);
        return;
      }
      streams.out(terminalReport(plan, { columns: streams.columns, colour: streams.colour }));
      streams.out(`\nWrote ${out}\nNext: qwen-selfhost synth ${out}\n`);
    },
  );
}
