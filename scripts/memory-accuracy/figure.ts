/** One figure: predicted, logged, and whether they agree; `skipped` says why it could not be tested. */
export interface Figure {
  readonly predicted: number | readonly [number, number] | null;
  readonly logged: number | null;
  /** Predicted less logged; for ranges the distance to the range. */
  readonly error: number | null;
  readonly ok: boolean | null;
  readonly skipped: string | null;
}

export const skip = (skipped: string, logged: number | null = null): Figure => ({
  predicted: null,
  logged,
  error: null,
  ok: null,
  skipped,
});
