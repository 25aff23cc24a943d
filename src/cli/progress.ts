import type { Streams } from './streams';

const QUIET_MS = 2000;
const EVERY_MS = 500;

/** A line on stderr for work that takes longer than two seconds: only where somebody watches, and gone at the end. */
export interface Progress {
  /** Called by the work as it goes on, however often. */
  readonly tick: () => void;
  readonly end: () => void;
}

/**
 * @param what what is going on, `planning`
 * @param now milliseconds of a clock
 */
export function progressLine(
  what: string,
  streams: Streams,
  now: () => number = () => performance.now(),
): Progress {
  const start = now();
  let shown = 0;
  return {
    tick: () => {
      if (!streams.watched || now() - Math.max(start + QUIET_MS - EVERY_MS, shown) < EVERY_MS) return;
      shown = now();
      streams.err(`\r${what}, ${((shown - start) / 1000).toFixed(0)} s`);
    },
    end: () => {
      if (shown > 0) streams.err(`\r${' '.repeat(what.length + 10)}\r`);
    },
  };
}
