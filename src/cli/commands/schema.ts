import { Command, Option } from 'commander';
import { jsonText } from '../output/json';
import { SCHEMA_NAMES, SCHEMAS, type SchemaName } from '../output/schemas';
import type { Streams } from '../streams';

/** `schema`: JSON Schemas for editors and other programs. */
export function schemaCommand(streams: Streams): Command {
  return new Command('schema')
    .description(
      'print a JSON Schema: of selfhost.yaml, of a document, or of what a command prints with --json',
    )
    .addOption(new Option('--of <what>').choices(SCHEMA_NAMES).default('requirements'))
    .option('--json', 'the output is always JSON')
    .action((options: { of: SchemaName }) => streams.out(jsonText(SCHEMAS[options.of]())));
}
