import { labelOf } from '../requirements/flags';
import { shellWord } from '../vllm/quoting';
import { flagsOf, type State } from './state';

/** The words that plan the same at a command line, from `plan` on. */
export function wordsOf(state: State): string[] {
  return [
    'plan',
    ...flagsOf(state).flatMap(({ flag, given }) => {
      const label = labelOf(flag);
      if (flag.kind === 'on' || flag.kind === 'off') return [label];
      // A value that starts with a dash would be read as a flag.
      return [given]
        .flat()
        .flatMap((value) => (value.startsWith('-') ? [`${label}=${value}`] : [label, value]));
    }),
  ];
}

/** The command for a POSIX shell, on one line. */
export const commandOf = (state: State): string =>
  ['npx', 'qwen-selfhost', ...wordsOf(state)].map(shellWord).join(' ');
