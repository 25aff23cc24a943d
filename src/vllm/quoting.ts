/** Where a command line goes; each place has its own rules for special characters. */
export const QUOTING_TARGETS = ['shell', 'docker', 'systemd', 'yaml'] as const;
export type QuotingTarget = (typeof QUOTING_TARGETS)[number];

const PLAIN_SHELL_WORD = /^[A-Za-z0-9_@+:,./-][A-Za-z0-9_@%+=:,./-]*$/;

/** One word for a POSIX shell: single quotes keep everything but a single quote. A word cannot hold a NUL. */
export function shellWord(word: string): string {
  refuseNul(word);
  return PLAIN_SHELL_WORD.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * One word for a systemd `ExecStart=` or `Environment=` line: double quotes, C escapes for what they cannot hold, `%`
 * doubled against specifiers and, for commands, `$` doubled against variables (systemd.syntax(7), systemd.service(5)).
 */
export function systemdWord(word: string, where: 'command' | 'environment' = 'command'): string {
  refuseNul(word);
  const escaped = [...word].map(systemdCharacter).join('').replaceAll('%', '%%');
  return `"${where === 'command' ? escaped.replaceAll('$', '$$$$') : escaped}"`;
}

function systemdCharacter(character: string): string {
  if (character === '\\' || character === '"') return `\\${character}`;
  const code = character.codePointAt(0)!;
  return code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : character;
}

/** One YAML scalar: the JSON form, which YAML 1.2 reads alike; line separators that YAML folds are escaped too. */
export function yamlScalar(word: string): string {
  refuseNul(word);
  return JSON.stringify(word).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function refuseNul(word: string): void {
  if (word.includes('\0')) throw new Error('an argument cannot contain a NUL character');
}

/** A command line: words, the environment it needs, and the image for docker. */
export interface CommandLine {
  readonly image: string;
  /** Words after `vllm serve`. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The command line as text for one place, ending in a newline. */
export function quoteCommandLine(command: CommandLine, target: QuotingTarget): string {
  switch (target) {
    case 'shell':
      return shellText(command);
    case 'docker':
      return dockerText(command);
    case 'systemd':
      return systemdText(command);
    case 'yaml':
      return yamlText(command);
  }
}

const environmentOf = (command: CommandLine): [string, string][] => Object.entries(command.environment);

function shellText(command: CommandLine): string {
  const assignments = environmentOf(command).map(([name, value]) => `${name}=${shellWord(value)}`);
  return `${continued([[...assignments, 'vllm', 'serve'].join(' '), ...flagLines(command.arguments.map(shellWord))])}\n`;
}

function dockerText(command: CommandLine): string {
  const environment = environmentOf(command).map(([name, value]) => `--env ${shellWord(`${name}=${value}`)}`);
  const head = [
    'docker run --rm --gpus all --ipc host --publish 8000:8000',
    ...environment,
    shellWord(command.image),
  ];
  return `${continued([...head, ...flagLines(command.arguments.map(shellWord))])}\n`;
}

function systemdText(command: CommandLine): string {
  const environment = environmentOf(command).map(
    ([name, value]) => `Environment=${systemdWord(`${name}=${value}`, 'environment')}\n`,
  );
  const words = command.arguments.map((word) => systemdWord(word));
  return `${environment.join('')}ExecStart=${continued(['/usr/bin/env vllm serve', ...flagLines(words)])}\n`;
}

function yamlText(command: CommandLine): string {
  const environment = environmentOf(command).map(
    ([name, value]) => `  - name: ${yamlScalar(name)}\n    value: ${yamlScalar(value)}\n`,
  );
  const words = command.arguments.map((word) => `  - ${yamlScalar(word)}\n`);
  const variables = environment.length > 0 ? `env:\n${environment.join('')}` : '';
  return `image: ${yamlScalar(command.image)}\nargs:\n${words.join('')}${variables}`;
}

const continued = (lines: readonly string[]): string => lines.join(' \\\n  ');

/** Flags with their values, one a line; a word that starts with `-` inside quotes is still a flag's first word. */
function flagLines(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const startsFlag = /^["']?--/.test(word);
    const previous = lines.at(-1);
    if (previous === undefined || startsFlag || !/^["']?--\S+$/.test(previous)) lines.push(word);
    else lines[lines.length - 1] = `${previous} ${word}`;
  }
  return lines;
}
