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
