import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ensureFolder, refusalOf } from '../../stacks/folders';
import { quote, reasonOf, UserError } from '../errors';

/** A text file of at most 4 MiB. */
export function readText(path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > 4 * 2 ** 20)
      throw new UserError(`${quote(path)} is larger than 4 MiB: not a file of this program`);
    return text;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`cannot read ${quote(path)}: ${reasonOf(cause)}`, 2, { cause });
  }
}

/** What is left of a file that could not be written; where it never was, there is nothing to remove. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder is a file, or closed to us: the first error says so.
  }
}

/** Writes whole or not at all: to a temporary name beside the target, then renamed. */
export function writeText(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    ensureFolder(dirname(path));
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (cause) {
    removeQuietly(temporary);
    throw new UserError(`cannot write ${quote(path)}: ${refusalOf(path, cause)}; choose another place`, 3, {
      cause,
    });
  }
}
