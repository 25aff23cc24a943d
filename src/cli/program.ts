import { Command, CommanderError } from 'commander';
import { UserError } from '../errors';
import { HELP_LAYOUT } from './help-layout';
import type { ErrorOutput } from './output/error';
import { jsonText } from './output/json';
import { packageVersion } from './package-root';
import { inSources } from './source-places';
import { asTyped } from './started-as';
import { type Streams, standardStreams } from './streams';

/**
 * Each command is one file, loaded only when it is asked for: what a command does not need costs its user no time.
 * `require` for the reason that `stacks.ts` gives.
 */
const COMMANDS: Readonly<Record<string, () => (streams: Streams) => Command>> = {
  init: () => (require('./commands/init') as typeof import('./commands/init')).initCommand,
  plan: () => (require('./commands/plan') as typeof import('./commands/plan')).planCommand,
  explain: () => (require('./commands/explain') as typeof import('./commands/explain')).explainCommand,
  diff: () => (require('./commands/diff') as typeof import('./commands/diff')).diffCommand,
  report: () => (require('./commands/report') as typeof import('./commands/report')).reportCommand,
  synth: () => (require('./commands/synth') as typeof import('./commands/synth')).synthCommand,
  start: () => (require('./commands/start') as typeof import('./commands/start')).startCommand,
  models: () => (require('./commands/models') as typeof import('./commands/models')).modelsCommand,
  memory: () => (require('./commands/memory') as typeof import('./commands/memory')).memoryCommand,
  'vllm-args': () =>
    (require('./commands/vllm-args') as typeof import('./commands/vllm-args')).vllmArgsCommand,
  predict: () => (require('./commands/predict') as typeof import('./commands/predict')).predictCommand,
  simulate: () => (require('./commands/simulate') as typeof import('./commands/simulate')).simulateCommand,
  bench: () => (require('./commands/bench') as typeof import('./commands/bench')).benchCommand,
  calibrate: () =>
    (require('./commands/calibrate') as typeof import('./commands/calibrate')).calibrateCommand,
  catalog: () => (require('./commands/catalog') as typeof import('./commands/catalog')).catalogCommand,
  preflight: () =>
    (require('./commands/preflight') as typeof import('./commands/preflight')).preflightCommand,
  serve: () => (require('./commands/serve') as typeof import('./commands/serve')).serveCommand,
  schema: () => (require('./commands/schema') as typeof import('./commands/schema')).schemaCommand,
};

export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

/** The program: with the command that `argv` names, or with all of them where help is wanted or the name is unknown. */
export function program(argv: readonly string[], streams: Streams): Command {
  const root = new Command('qwen-selfhost')
    .description(
      'Plan and build your own Qwen3.5 serving cluster: which GPU machines, how many, at what cost, how fast.',
    )
    .version(packageVersion())
    .configureOutput({
      writeOut: streams.out,
      writeErr: streams.err,
      getOutHelpWidth: () => streams.columns,
      getErrHelpWidth: () => streams.columns,
      outputError: (text, write) => write(`error: ${usageError(text)}\n`),
    })
    .configureHelp(HELP_LAYOUT)
    .exitOverride();
  const named = argv[2] ?? '';
  const loaders = Object.hasOwn(COMMANDS, named) ? [COMMANDS[named]!] : Object.values(COMMANDS);
  for (const make of loaders) root.addCommand(make()(streams).copyInheritedSettings(root));
  return root;
}

/** What commander says of a command line it cannot read: one line, and where to look. */
function usageError(text: string): string {
  const line = text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ');
  return /^(unknown|missing|required|too many)/.test(line) ? `${line.replace(/\.$/, '')}; see --help` : line;
}

/**
 * Runs one command line; returns the exit code. A user's mistake is one line, a defect keeps its cause. With `--json`,
 * stdout holds one document whatever happens: the command's, or, where it failed before that, the error's.
 */
export async function run(argv: readonly string[], streams: Streams = standardStreams()): Promise<number> {
  let printed = false;
  const out = (text: string): void => {
    streams.out(text);
    printed = true;
  };
  const err = (text: string): void => streams.err(asTyped(text, streams.program));
  const failed = (said: string, exitCode: number): number => {
    const message = asTyped(said, streams.program);
    if (argv.includes('--json') && !printed)
      streams.out(jsonText({ error: { message, exitCode } } satisfies ErrorOutput));
    return exitCode;
  };
  try {
    await program(argv, { ...streams, out, err }).parseAsync([...argv]);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? 0 : failed(usageError(error.message), 2);
    if (error instanceof UserError) {
      err(`error: ${error.message}\n`);
      return failed(error.message, error.exitCode);
    }
    streams.err(
      `unexpected error, please report it with the command you ran:\n${inSources((error as Error).stack ?? String(error))}\n`,
    );
    return failed(`unexpected error: ${(error as Error).message ?? String(error)}`, 70);
  }
}
