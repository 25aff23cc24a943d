import { Command } from 'commander';
import { EMBEDDED_CATALOGUE } from '../../hardware/offerings';
import { planningCatalogue } from '../catalogue-overlay';
import { wholeFlag } from '../number-flags';
import type { AddressOutput } from '../output/address';
import { jsonText } from '../output/json';
import { openBrowser } from '../page/open-browser';
import { readPage, withCatalogue } from '../page/page';
import { servePage } from '../page/server';
import type { Streams } from '../streams';

const USUAL_PORT = '8173';

/** `serve`: the planner page on this machine, until Ctrl-C. */
export function serveCommand(streams: Streams): Command {
  return new Command('serve')
    .description('open the planner page in your browser: what if, by moving a slider')
    .option('--port <n>', 'port on 127.0.0.1; 0 for any free one', USUAL_PORT)
    .option('--no-open', 'do not open a browser')
    .option('--json', 'print the address as JSON, and open no browser')
    .action(async (options: { port: string; open: boolean; json?: boolean }) => {
      const port = wholeFlag('--port', options.port, { min: 0, max: 65_535 });
      const { catalogue, warning } = planningCatalogue();
      if (warning !== null) streams.err(`warning: ${warning}\n`);
      const page = await readPage();
      const html = catalogue === EMBEDDED_CATALOGUE ? page : withCatalogue(page, catalogue);
      const { url, close } = await servePage(html, port);
      streams.out(
        options.json
          ? jsonText({ url } satisfies AddressOutput)
          : `The planner is at ${url} (Ctrl-C ends it)\n`,
      );
      if (options.open && !options.json && process.stdout.isTTY) openBrowser(url);
      await untilStopped();
      await close();
    });
}

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
