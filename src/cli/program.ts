import { Command, CommanderError } from 'commander';
import { UserError } from '../errors';
import { benchCommand } from './commands/bench';
import { calibrateCommand } from './commands/calibrate';
import { catalogCommand } from './commands/catalog';
import { diffCommand } from './commands/diff';
import { explainCommand } from './commands/explain';
import { initCommand } from './commands/init';
import { memoryCommand } from './commands/memory';
import { modelsCommand } from './commands/models';
import { planCommand } from './commands/plan';
import { predictCommand } from './commands/predict';
import { preflightCommand } from './commands/preflight';
import { schemaCommand } from './commands/schema';
import { simulateCommand } from './commands/simulate';
import { startCommand } from './commands/start';
import { synthCommand } from './commands/synth';
import { vllmArgsCommand } from './commands/vllm-args';
import { packageVersion } from './package-root';
import { type Streams, standardStreams } from './streams';

/** The program with all its commands; each command is one file. */
export function program(streams: Streams): Command {
  const root = new Command('qwen-selfhost')
    .description(
      'Plan and build your own Qwen3.5 serving cluster: which GPU machines, how many, at what cost, how fast.',
    )
    .version(packageVersion())
    .configureOutput({ writeOut: streams.out, writeErr: streams.err })
    .exitOverride();
  const commands = [
    initCommand,
    planCommand,
    explainCommand,
    diffCommand,
    synthCommand,
    startCommand,
    modelsCommand,
    memoryCommand,
    vllmArgsCommand,
    predictCommand,
    simulateCommand,
    benchCommand,
    calibrateCommand,
    catalogCommand,
    preflightCommand,
    schemaCommand,
  ];
  for (const make of commands) root.addCommand(make(streams).copyInheritedSettings(root));
  return root;
}

/** Runs one command line; returns the exit code. A user's mistake is one line, a defect keeps its cause. */
export async function run(argv: readonly string[], streams: Streams = standardStreams()): Promise<number> {
  try {
    await program(streams).parseAsync([...argv]);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UserError) {
      streams.err(`error: ${error.message}\n`);
      return error.exitCode;
    }
    streams.err(
      `unexpected error, please report it with the command you ran:\n${(error as Error).stack ?? String(error)}\n`,
    );
    return 70;
  }
}
