import { dirname } from 'node:path';
import { Command } from 'commander';
import { serializePlan } from '../../plan/document';
import { terminalReport } from '../../report/terminal';
import { calibrationOption } from '../calibration-flag';
import { writeText } from '../files';
import { jsonText } from '../output/json';
import { addRequirementFlags } from '../requirement-flags';
import { mixedOption, plansFrom, totalLine } from '../requirements-file';
import { stackSynth } from '../stacks';
import type { Streams } from '../streams';
import { planPath, together } from './plan';

/** `start [FILE]`: plan and synth in one go, the main job (`npm start`). */
export function startCommand(streams: Streams): Command {
  const command = new Command('start')
    .description('plan and synthesise in one go')
    .argument('[FILE]', 'requirements (default: selfhost.yaml in this folder)')
    .addOption(mixedOption())
    .addOption(calibrationOption())
    .option('--json', 'print the plan document instead of the report');
  return addRequirementFlags(command).action(
    async (file: string | undefined, options: { json?: boolean }) => {
      const plans = await plansFrom(file, command, streams);
      if (options.json) {
        streams.out(plans.length === 1 ? serializePlan(plans[0]!) : jsonText(together(plans)));
      } else {
        for (const plan of plans)
          streams.out(`${terminalReport(plan, { ...streams, file: planPath(plan.name) })}\n`);
        streams.out(totalLine(plans));
      }
      for (const plan of plans) writeText(planPath(plan.name), serializePlan(plan));
      const stacks = stackSynth().synthPlans(plans, 'cdktf.out');
      if (!options.json) {
        const written = [...plans.map(({ name }) => planPath(name)), ...stacks].join(', ');
        streams.out(`Wrote ${written}.\n${stacks.map(next(stacks.length)).join('')}`);
      }
    },
  );
}

/** Of several stacks, each is left again for the next one. */
const next =
  (stacks: number) =>
  (stack: string): string => {
    const there = `cd ${dirname(stack)} && terraform init && terraform plan`;
    return `Next: ${stacks === 1 ? there : `(${there})`}\n`;
  };
