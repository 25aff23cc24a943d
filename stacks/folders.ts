import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { quote, reasonOf } from '../src/errors';

/**
 * Makes a folder and its missing parents. Not `mkdirSync(…, { recursive: true })`: where a file system answers ENOENT
 * for a folder whose parent exists (as /proc does), Node 20 tries for ever.
 * @throws the file system's error
 */
export function ensureFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) ensureFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Why nothing could be written at a path whose folders were to be made, in words. */
export function refusalOf(path: string, cause: unknown): string {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return reasonOf(cause);
  // 'No such file' of one that is to be made means neither: its folder is there and lets nothing be made in it, or the path
  // leads through a link to nowhere.
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) {
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink())
      return `${quote(at)} is a link to nowhere`;
    at = dirname(at);
  }
  return `the file system of ${quote(at)} lets nothing be made there`;
}
