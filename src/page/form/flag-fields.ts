import { type FieldName, flagNamed, LISTS } from '../state';
import type { TextField } from './field';

/** A field of text for a flag, with the help of the command line under it. */
export function textOf(
  name: FieldName,
  label: string,
  more: Pick<TextField, 'examples' | 'placeholder'> = {},
): TextField {
  const help = flagNamed(name).help.replace(
    /[,;] repeatable$/,
    LISTS.has(name) ? '; several with commas' : '',
  );
  return { kind: 'text', name, label, hint: `${help[0]!.toUpperCase()}${help.slice(1)}.`, ...more };
}
