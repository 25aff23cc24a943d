import type { Point } from './result';

/**
 * Output tokens between two moments: those of an answer are taken to come evenly from its first to its last.
 * @param answers first token, last token (seconds) and tokens of each, one after the other
 */
export function tokensWithin(answers: readonly number[], from: number, until: number): number {
  let tokens = 0;
  for (let i = 0; i < answers.length; i += 3) {
    const [first, last, all] = [answers[i]!, answers[i + 1]!, answers[i + 2]!];
    const within = Math.min(last, until) - Math.max(first, from);
    if (last > first) tokens += (all * Math.max(0, within)) / (last - first);
    else if (within === 0) tokens += all;
  }
  return tokens;
}

/** The middles of the first and the last third of a run are two thirds of it apart. */
const THIRDS_APART = 2 / 3;

/**
 * Share of the requests that an endpoint served as fast as they came: one that falls behind takes ever longer, and by the end
 * its answers are late by what it is behind. Other than counting what was served, this is right of a run that is hardly
 * longer than an answer takes, whatever the arrivals and lengths happened to be.
 */
export function keepingUp(
  { ttftFirst, ttftLast, tpotFirst, tpotLast }: NonNullable<Point['drift']>,
  outputTokens: number,
  offeredSeconds: number,
): number {
  const later = ttftLast - ttftFirst + (tpotLast - tpotFirst) * Math.max(0, outputTokens - 1);
  return offeredSeconds / (offeredSeconds + Math.max(0, later / THIRDS_APART));
}
