import { distance } from 'fastest-levenshtein';

/** Exit codes of the command line: 0 done, 1 no feasible plan, 2 bad input, 3 environment, 130 and 143 stopped by a signal. */
export type FailureCode = 1 | 2 | 3 | 130 | 143;

/**
 * A failure the user can act on. The message is one line: what was given, what is wrong, what is allowed, how to
 * fix it. Anything else that is thrown is a defect of this program.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: FailureCode;

  constructor(message: string, exitCode: FailureCode = 2, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Quotes text a user gave for a one-line message: control characters escaped, long text cut. */
export function quote(text: unknown): string {
  const json = JSON.stringify(typeof text === 'string' ? text : String(text));
  return json.length > 82 ? `${json.slice(0, 78)}…"` : json;
}

/** What tells names apart: punctuation and capitals are soon typed otherwise. */
const lettersAndDigits = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/**
 * `; did you mean us-east-1?` where a known name is near enough to be meant: one that begins with, or else holds, three letters
 * or more that were given, else one of which a third of the letters may be wrong. Punctuation and capitals count for nothing.
 */
export function didYouMean(given: string, known: readonly string[]): string {
  const wanted = lettersAndDigits(given);
  const names = known.map((name) => ({ name, letters: lettersAndDigits(name) }));
  const holding = wanted.length < 3 ? [] : names.filter(({ letters }) => letters.includes(wanted));
  const begun = holding.filter(({ letters }) => letters.startsWith(wanted));
  const near = [begun, holding, names]
    .find((some) => some.length > 0)
    ?.map((one) => ({ ...one, edits: distance(wanted, one.letters) }));
  const nearest = near?.sort((a, b) => a.edits - b.edits)[0];
  if (nearest === undefined) return '';
  // A short word is soon as near to any other.
  const most = Math.max(1, Math.floor(Math.max(wanted.length, nearest.letters.length) / 3));
  return holding.length > 0 || nearest.edits <= most ? `; did you mean ${nearest.name}?` : '';
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
};

/** Why a file system refused, in words. */
export const reasonOf = (cause: unknown): string =>
  FILE_PROBLEMS[(cause as { readonly code?: string }).code ?? ''] ?? (cause as Error).message;
