import { Command, Option } from 'commander';
import { z } from 'zod';
import { planSchema } from '../../plan/schema';
import { requirementsJsonSchema } from '../../requirements/input';
import type { Streams } from '../streams';

/** `schema`: JSON Schemas for editors and other programs. */
export function schemaCommand(streams: Streams): Command {
  return new Command('schema')
    .description('print a JSON Schema: of selfhost.yaml, or of the plan document')
    .addOption(new Option('--of <what>').choices(['requirements', 'plan']).default('requirements'))
    .option('--json', 'the output is always JSON')
    .action((options: { of: 'requirements' | 'plan' }) => {
      const schema = options.of === 'plan' ? z.toJSONSchema(planSchema) : requirementsJsonSchema();
      streams.out(`${JSON.stringify(schema, null, 2)}\n`);
    });
}
