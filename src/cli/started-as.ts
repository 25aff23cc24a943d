import { basename, delimiter, dirname, isAbsolute, relative, resolve } from 'node:path';
import { shellWord } from '../vllm/quoting';

/** What a person types where the program is installed, and what all messages call it. */
export const PROGRAM = 'qwen-selfhost';

/** A message with the commands that it quotes (`'qwen-selfhost plan'`) as they are typed. */
export const asTyped = (message: string, program: string): string =>
  message.replaceAll(`'${PROGRAM} `, `'${program} `);

/** How a process was started: `process` is one. */
export interface Started {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: () => string;
}

/**
 * What starts this program again, as typed in a shell: `npx qwen-selfhost` under npm (`npm start`, `npx`), which alone
 * knows where it is; its bare name where a folder of `PATH` holds it; else `node` with the file that was run.
 */
export function startedAs({ argv, env, cwd }: Started): string {
  if (env.npm_command !== undefined) return `npx ${PROGRAM}`;
  const file = resolve(cwd(), argv[1] ?? PROGRAM);
  const onPath = (env.PATH ?? '').split(delimiter).some((folder) => folder === dirname(file));
  if (basename(file) === PROGRAM && onPath) return PROGRAM;
  const near = relative(cwd(), file);
  return `node ${shellWord(near.startsWith('..') || isAbsolute(near) ? file : near)}`;
}
