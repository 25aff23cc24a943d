import { readFileSync } from 'node:fs';
import { quote, reasonOf, UserError } from '../errors';
import { parseTrace, type Trace } from '../simulation/trace';

/** Reads a trace of requests; traces of a million lines are usual, so the limit of other files does not apply. */
export function readTrace(path: string): Trace {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError(`cannot read ${quote(path)}: ${reasonOf(cause)}`, 2, { cause });
  }
  return parseTrace(text, path);
}
