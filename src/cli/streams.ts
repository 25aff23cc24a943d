/** Where a command prints, and how wide and colourful. Passed in, so that tests see what a user sees. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly columns: number;
  readonly colour: boolean;
}

export function standardStreams(): Streams {
  const { stdout, stderr, env } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    columns: stdout.columns ?? 100,
    colour: Boolean(stdout.isTTY) && !env.NO_COLOR,
  };
}
