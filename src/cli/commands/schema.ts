import { Command, Option } from 'commander';
import { z } from 'zod';
import { planSchema } from '../../plan/schema';
import { reportSchema } from '../../report/data';
import { requirementsJsonSchema } from '../../requirements/input';
import type { Streams } from '../streams';

const SCHEMAS = {
  requirements: requirementsJsonSchema,
  plan: () => z.toJSONSchema(planSchema),
  report: () => z.toJSONSchema(reportSchema),
};

/** `schema`: JSON Schemas for editors and other programs. */
export function schemaCommand(streams: Streams): Command {
  return new Command('schema')
    .description('print a JSON Schema: of selfhost.yaml, of the plan document, or of report --json')
    .addOption(new Option('--of <what>').choices(['requirements', 'plan', 'report']).default('requirements'))
    .option('--json', 'the output is always JSON')
    .action((options: { of: 'requirements' | 'plan' | 'report' }) => {
      streams.out(`${JSON.stringify(SCHEMAS[options.of](), null, 2)}\n`);
    });
}
