import { AwsFailure, scrub } from '../failure';

export type Status = 'pass' | 'warn' | 'fail';

/** One line of a preflight: what was checked, what came of it, and what to do about it. */
export interface Finding {
  readonly check: string;
  readonly status: Status;
  readonly detail: string;
  /** null for a pass. */
  readonly fix: string | null;
}

export const pass = (check: string, detail: string): Finding => ({
  check,
  status: 'pass',
  detail,
  fix: null,
});
export const warn = (check: string, detail: string, fix: string): Finding => ({
  check,
  status: 'warn',
  detail,
  fix,
});
export const fail = (check: string, detail: string, fix: string): Finding => ({
  check,
  status: 'fail',
  detail,
  fix,
});

export const worstOf = (findings: readonly Finding[]): Status =>
  (['fail', 'warn'] as const).find((status) => findings.some((finding) => finding.status === status)) ??
  'pass';

/** Failures that say nothing about the account: the thing may well be there, it could only not be asked. */
const UNKNOWN_OUTCOME = new Set([
  'denied',
  'throttled',
  'timeout',
  'unreachable',
  'server',
  'unreadable',
  'refused',
]);

/** @throws what is no failure of a call, and a stop on request */
export function asFailure(thrown: unknown): AwsFailure {
  if (!(thrown instanceof AwsFailure) || thrown.kind === 'stopped') throw thrown;
  return thrown;
}

/**
 * The finding of a check whose call failed: what is missing fails, what could not be asked warns.
 * @param missing what to do when the answer is that the thing does not exist
 */
export function unanswered(check: string, thrown: unknown, missing: string): Finding {
  const { kind, message } = asFailure(thrown);
  if (kind === 'not-found') return fail(check, scrub(message), missing);
  if (UNKNOWN_OUTCOME.has(kind))
    return warn(
      check,
      `not checked: ${scrub(message)}`,
      'allow the action (docs/iam/preflight.json) and run preflight again, or check by hand',
    );
  return fail(check, scrub(message), 'fix the credentials first; the other checks need them');
}
