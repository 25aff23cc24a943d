import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { quote, reasonOf, UserError } from '../errors';

const MIB = 2 ** 20;
const CHUNK_BYTES = 64 * 1024;

interface Limit {
  readonly mib: number;
  /** What to do about a larger one. */
  readonly advice: string;
}

const DOCUMENT: Limit = { mib: 4, advice: 'not a file of this program' };
/** Traces of a million lines are usual. Less than the longest text that V8 holds (2^29 - 24 characters). */
const TRAFFIC: Limit = {
  mib: 500,
  advice: 'give a part of it, such as its first lines (head -n 1000000)',
};

/**
 * A text file of at most 4 MiB, without its byte order mark; no more is read of what has no end, such as `/dev/zero`.
 * @throws UserError for what cannot be read, is larger, or is UTF-16
 */
export const readText = (path: string): string => readWhole(path, DOCUMENT);

/**
 * A file or pipe of requests, of at most 500 MiB.
 * @throws UserError as `readText`
 */
export const readTraffic = (path: string): string => readWhole(path, TRAFFIC);

/** The only way in for a file that a user names. */
function readWhole(path: string, most: Limit): string {
  try {
    const file = openSync(path, 'r');
    try {
      const kind = fstatSync(file);
      // A device may go on for ever, and nobody keeps requests in one.
      const limit = kind.isFile() || kind.isFIFO() ? most : DOCUMENT;
      const bytes = kind.size > limit.mib * MIB ? null : bytesOf(file, limit.mib * MIB);
      if (bytes === null)
        throw new UserError(`${quote(path)} is larger than ${limit.mib} MiB: ${limit.advice}`);
      return textOf(bytes, path);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`cannot read ${quote(path)}: ${reasonOf(cause)}`, 2, { cause });
  }
}

/** Null where there are more than so many. */
function bytesOf(file: number, most: number): Buffer | null {
  const chunks: Buffer[] = [];
  for (let bytes = 0; bytes <= most; ) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const read = readSync(file, chunk);
    if (read === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, read));
    bytes += read;
  }
  return null;
}

/** Windows tools begin UTF-8 with a byte order mark, and what PowerShell redirects is UTF-16. */
function textOf(bytes: Buffer, path: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new UserError(
      `${quote(path)} is UTF-16, as PowerShell's > writes; save it as UTF-8 (Set-Content -Encoding utf8)`,
    );
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}
