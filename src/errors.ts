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

/**
 * `; did you mean us-east-1?` where a known name is near enough to be meant: one that begins with, or else holds, three letters
 * or more that were given, else one of which a third of the letters may be wrong.
 */
export function didYouMean(given: string, known: readonly string[]): string {
  const wanted = given.trim().toLowerCase();
  const holding = wanted.length < 3 ? [] : known.filter((name) => name.toLowerCase().includes(wanted));
  const begun = holding.filter((name) => name.toLowerCase().startsWith(wanted));
  const near = [begun, holding, known]
    .find((names) => names.length > 0)
    ?.map((name) => ({
      name,
      edits: distance(wanted, name.toLowerCase()),
    }));
  const nearest = near?.sort((a, b) => a.edits - b.edits)[0];
  if (nearest === undefined) return '';
  // A short word is soon as near to any other.
  const most = Math.max(1, Math.floor(Math.max(wanted.length, nearest.name.length) / 3));
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
