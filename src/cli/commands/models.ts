import { Command } from 'commander';
import { HOSTED_TWINS, MODELS } from '../../models/registry';
import { table, wrap } from '../../report/table';
import { jsonText } from '../output/json';
import type { Streams } from '../streams';

/** `models`: what can be served, and how large each checkpoint is. */
export function modelsCommand(streams: Streams): Command {
  return new Command('models')
    .description('list models and their checkpoints')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) => {
      if (options.json) {
        streams.out(jsonText({ models: MODELS, hosted: HOSTED_TWINS }));
        return;
      }
      const rows = MODELS.flatMap((model) =>
        model.checkpoints.map((checkpoint) => [
          model.name,
          checkpoint.key,
          checkpoint.tensorBytes === null
            ? 'unknown'
            : `${(checkpoint.tensorBytes / 2 ** 30).toFixed(1)} GiB`,
          checkpoint.evidence,
          checkpoint.hfId,
        ]),
      );
      streams.out(
        table(['model', 'checkpoint', 'size', 'evidence', 'repository'], rows, {
          rightAligned: [2],
          columns: streams.columns,
          flexible: 4,
        }),
      );
      for (const twin of Object.values(HOSTED_TWINS)) streams.out(`\n${wrap(twin.note, streams.columns)}`);
      streams.out('\n');
    });
}
