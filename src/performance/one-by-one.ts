import type { PromptWork } from './prompt-work';
import { expectedMin } from './queueing';

/** Half of those who end with the same step are ahead. */
const TIE = 0.5;

/** Clients of a closed loop whose prompts are computed one after the other, as one of them sees the others. */
export interface Line {
  /** Clients besides that one. */
  readonly others: number;
  /** Sequences of theirs that end in a step. */
  readonly ends: number;
  /** Probability that any of them decodes. */
  readonly busy: number;
  /** Seconds of a step without prompts, and that a prompt adds to its steps. */
  readonly step: number;
  readonly prompt: number;
  /** Seconds outside the engine, the steps that begin meanwhile, and so many where none holds a prompt. */
  readonly outside: number;
  readonly stepsOutside: number;
  readonly calmSteps: number;
}

/** What the line does to one of them; seconds, and prompts. */
export interface InLine {
  /** From one beginning of a prompt to the next, when they follow each other. */
  readonly turnSeconds: number;
  /** Behind the prompts ahead. */
  readonly waitSeconds: number;
  /** Others' prompts in what one's own leaves of its steps. */
  readonly filled: number;
  /** Prompts that wait when one begins to decode. */
  readonly behind: number;
  /** Share of the steps that hold prompts, when all are full. */
  readonly fullShare: number;
}

/**
 * A queue in steps, not in seconds: those who end do so by the step, c steps of whom are outside when one comes back to an
 * idle engine. So it is M/D/1 with a setup of c steps (Fuhrmann and Cooper, 1985: what the queue is at a random time of the
 * idle periods comes on top of M/D/1's), less what passes while one is outside. Few clients are a finite source: who has come
 * is not among those to come, so that pairs of others count (n-1)/n (mean value analysis, Schweitzer, 1979).
 */
export function inLine(work: PromptWork, line: Line): InLine {
  const { others, ends, busy, step, prompt, outside, stepsOutside, calmSteps } = line;
  const pairs = others > 0 ? Math.max(0, others - 1) / others : 0;
  const fullShare = ends * work.fullSteps;
  const variation = work.steps > 1.01 ? work.variation : 0;
  const turn = prompt + step * work.fullSteps;
  const mixedStep = turn / Math.max(work.fullSteps, 1);

  // Those who ended within the time outside are all there when the first one's prompt is through.
  const together = ends * stepsOutside * busy;
  const behindFirst = together / (1 + pairs * together);
  const ahead = (together * (2 + pairs * together)) / (2 * (1 + pairs * together));
  const followed = fullShare + (1 - fullShare) * Math.min(1, behindFirst);
  const turnsAhead = ahead + (fullShare * (1 + variation)) / (2 * (1 - pairs * fullShare));
  const passed =
    (1 - fullShare) * behindFirst * (turn - remaining(turn, step, calmSteps)) +
    ends * (passedOutside(turn, mixedStep, outside) + followed * outside);
  const waitSeconds = Math.max(0, turn * turnsAhead - passed);
  const stepsWaiting = (waitSeconds * work.fullSteps) / turn;

  // Those behind who are there before the last step use up what a prompt leaves of its steps' budgets; behind one who
  // neither waited nor needs a further step only those are who ended with the same step. Who had to wait has begun in what
  // the one before left: no time is lost to him.
  const later = 1 - (1 - Math.min(1, work.steps - 1)) * (1 - followed);
  const inTime =
    ends *
    (TIE + later * stepsOutside * busy + stepsWaiting + Math.max(0, work.steps - 1 - outside / mixedStep));
  const filled = expectedMin(inTime, work.leftover);
  const come = ends * (stepsOutside * busy + stepsWaiting + work.steps - 1);
  const behind = Math.max(0, come - filled) / (1 - pairs * fullShare);
  return { turnSeconds: turn, waitSeconds, filled, behind, fullShare };
}

/** What of a turn is left for one who comes 1, 2, ... or so many steps after it began, mean. */
function remaining(turn: number, step: number, steps: number): number {
  const most = Math.ceil(steps - 1e-9);
  let sum = 0;
  for (let j = 1; j <= most; j++) sum += Math.max(0, turn - j * step);
  return most > 0 ? sum / most : 0;
}

/** What of the rest of a turn passes while one who ended in it is outside, summed over its steps. */
function passedOutside(turn: number, step: number, outside: number): number {
  let sum = 0;
  for (let left = turn - step; left > 0; left -= step) sum += Math.min(left, outside);
  return sum;
}
