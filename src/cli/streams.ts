/** Where a command prints, and how wide and colourful. Passed in, so that tests see what a user sees. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly columns: number;
  readonly colour: boolean;
  /** Somebody watches stderr: progress may be shown there. */
  readonly watched: boolean;
}

export function standardStreams(): Streams {
  const { stdout, stderr, env } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    columns: stdout.columns ?? 100,
    colour: Boolean(stdout.isTTY) && !env.NO_COLOR,
    watched: Boolean(stderr.isTTY),
  };
}

/** Streams that keep what is printed, for tests and for the examples in the documentation. */
export function bufferStreams(columns: number): {
  readonly streams: Streams;
  readonly printed: { out: string; err: string };
} {
  const printed = { out: '', err: '' };
  const streams: Streams = {
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    columns,
    colour: false,
    watched: false,
  };
  return { streams, printed };
}
