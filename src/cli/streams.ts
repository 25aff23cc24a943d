import { PROGRAM, startedAs } from './started-as';

/** Where a command prints, how wide and colourful, and who reads it. Passed in, so that tests see what a user sees. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly columns: number;
  readonly colour: boolean;
  /** Somebody watches stderr: progress may be shown there. */
  readonly watched: boolean;
  /** What starts the program again, as typed in a shell: commands that are told to type begin with it. */
  readonly program: string;
}

/** Where no terminal says how wide it is. */
const PIPED_COLUMNS = 100;
const NARROWEST_COLUMNS = 40;

/** `COLUMNS`, as other programs of a pipe read it; 0 where it is none or too few to print anything. */
function columnsGiven(text: string | undefined): number {
  const columns = Number(text);
  return Number.isInteger(columns) && columns >= NARROWEST_COLUMNS ? columns : 0;
}

export function standardStreams({ stdout, stderr, env } = process): Streams {
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    columns: stdout.columns || columnsGiven(env.COLUMNS) || PIPED_COLUMNS,
    colour: Boolean(stdout.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb',
    watched: Boolean(stderr.isTTY),
    program: startedAs(process),
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
    program: PROGRAM,
  };
  return { streams, printed };
}
