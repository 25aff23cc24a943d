import { Command } from 'commander';
import { parsePlan } from '../../plan/document';
import { writeText } from '../files';
import { jsonText } from '../output/json';
import type { WrittenOutput } from '../output/written';
import { readText } from '../read-text';
import { stackHcl, stackSynth } from '../stacks';
import type { Streams } from '../streams';

/** `synth PLAN…`: write the Terraform of plans. */
export function synthCommand(streams: Streams): Command {
  return new Command('synth')
    .description('write the Terraform of plans: cdktf.out/stacks/<name>/cdk.tf.json')
    .argument('<PLAN...>', 'plan documents written by qwen-selfhost plan')
    .option('--hcl', 'also write HCL (main.tf) beside the JSON, in its own folder')
    .option('--out <dir>', 'output folder', 'cdktf.out')
    .option('--json', 'print what was written as JSON')
    .action(async (files: string[], options: { hcl?: boolean; out: string; json?: boolean }) => {
      const plans = files.map((file) => parsePlan(readText(file), file));
      const written = stackSynth().synthPlans(plans, options.out);
      if (options.hcl) {
        for (const plan of plans) {
          const path = `${options.out}/hcl/${plan.name}/main.tf`;
          writeText(path, await stackHcl().synthHcl(plan));
          written.push(path);
        }
      }
      if (options.json) streams.out(jsonText({ written } satisfies WrittenOutput));
      else for (const path of written) streams.out(`Wrote ${path}\n`);
    });
}
