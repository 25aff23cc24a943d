import { dirname } from 'node:path';
import { Command } from 'commander';
import { serializePlan } from '../../plan/document';
import { terminalReport } from '../../report/terminal';
import { writeText } from '../files';
import { addRequirementFlags } from '../requirement-flags';
import { planFrom } from '../requirements-file';
import { stackSynth } from '../stacks';
import type { Streams } from '../streams';
import { planPath } from './plan';

/** `start [FILE]`: plan and synth in one go, the main job (`npm start`). */
export function startCommand(streams: Streams): Command {
  const command = new Command('start')
    .description('plan and synthesise in one go')
    .argument('[FILE]', 'requirements (default: selfhost.yaml in this folder)')
    .option('--json', 'print the plan document instead of the report');
  return addRequirementFlags(command).action((file: string | undefined, options: { json?: boolean }) => {
    const plan = planFrom(file, command);
    const text = serializePlan(plan);
    if (options.json) streams.out(text);
    else streams.out(terminalReport(plan, { columns: streams.columns, colour: streams.colour }));
    writeText(planPath(plan.name), text);
    const [stack] = stackSynth().synthPlans([plan], 'cdktf.out');
    if (!options.json) {
      streams.out(
        `\nWrote ${planPath(plan.name)} and ${stack}.\nNext: cd ${dirname(stack!)} && terraform init && terraform plan\n`,
      );
    }
  });
}
