import { lstatSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ensureFolder, refusalOf } from '../../stacks/folders';
import { quote, UserError } from '../errors';

/** What is left of a file that could not be written; where it never was, there is nothing to remove. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder is a file, or closed to us: the first error says so.
  }
}

/** Writes whole or not at all: to a temporary name beside the target, then renamed. What is no file is written to as it is. */
export function writeText(path: string, text: string): void {
  let temporary: string | null = null;
  try {
    const target = targetOf(path);
    if (target === null) {
      writeFileSync(path, text);
      return;
    }
    ensureFolder(dirname(target));
    temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    writeFileSync(temporary, text);
    renameSync(temporary, target);
  } catch (cause) {
    if (temporary !== null) removeQuietly(temporary);
    throw new UserError(`cannot write ${quote(path)}: ${refusalOf(path, cause)}; choose another place`, 3, {
      cause,
    });
  }
}

/**
 * The file to put a new one in place of: behind links, which stay. Null for what must not be replaced, such as
 * `/dev/null`, a pipe or `/dev/stdout`.
 */
function targetOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    // Nothing there, or a link to nothing: that is written through.
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? path : null;
  return found.isFile() || found.isDirectory() ? realpathSync(path) : null;
}
