/** Where a command prints, and how wide and colourful. Passed in, so that tests see what a user sees. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly columns: number;
  readonly colour: boolean;
  /** Somebody watches stderr: progress may be shown there. */
  readonly watched: boolean;
}

/** Where no terminal says how wide it is. */
const PIPED_COLUMNS = 100;
const NARROWEST_COLUMNS = 40;

/** `COLUMNS`, as other programs of a pipe read it; 0 where it is none or too few to print anything. */
function columnsGiven(text: string | undefined): number {
  const columns = Number(text);
  return Number.isInteger(columns) && columns >= NARROWEST_COLUMNS ? columns : 0;
}

export function standardStreams(): Streams {
  const { stdout, stderr, env } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    columns: stdout.columns || columnsGiven(env.COLUMNS) || PIPED_COLUMNS,
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
