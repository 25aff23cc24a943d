/**
 * Steps that pass while a client of a closed loop is outside the engine. It ended with a step and comes back a known time
 * later: where in a step that falls is decided by which of the steps meanwhile compute prompts. Step lengths are taken as
 * independent draws, so that this is a renewal process seen from one of its points, followed exactly until two steps
 * with prompts have passed and by its asymptotic means beyond.
 */

/** A length of a step, seconds, and how often steps are so long. */
export interface StepLength {
  readonly seconds: number;
  readonly share: number;
}

/** Steps in calm, without a prompt, and those with some; shares sum to one. */
export interface StepLengths {
  readonly calm: StepLength;
  readonly mixed: readonly StepLength[];
  /** Mean length, and what is left of a step at a random time, seconds. */
  readonly mean: number;
  readonly overshoot: number;
}

/** What a client meets that comes back from outside, means. */
export interface Passage {
  /** What is left of the step it comes in, seconds. */
  readonly rest: number;
  /** Steps passed, that one included. */
  readonly steps: number;
  /** Ends of other steps than its own whose clients come back within the same step. */
  readonly otherEnds: number;
}

/** More calm steps than this outside are not told apart behind a step with prompts. */
const FEW_STEPS = 4;
const ROUNDING = 1e-9;

/** The lengths with their moments. */
function stepLengths(calm: StepLength, mixed: readonly StepLength[]): StepLengths {
  let first = calm.share * calm.seconds;
  let second = first * calm.seconds;
  for (const { seconds, share } of mixed) {
    first += share * seconds;
    second += share * seconds * seconds;
  }
  return { calm, mixed, mean: first, overshoot: second / (2 * first) };
}

/** Ends of steps within `seconds` before the end of one, that one not among them. */
export function endsBefore(lengths: StepLengths, seconds: number): number {
  const { calm, mixed } = lengths;
  if (seconds <= calm.seconds * (1 + ROUNDING)) return 0;
  let ends = calm.share * (1 + furtherBefore(lengths, seconds - calm.seconds));
  for (const step of mixed)
    if (step.seconds < seconds) ends += step.share * (1 + furtherBefore(lengths, seconds - step.seconds));
  return ends;
}

/** The same by its asymptote. */
const furtherBefore = ({ calm, mean, overshoot }: StepLengths, seconds: number): number =>
  seconds <= calm.seconds ? 0 : Math.max(0, (seconds + overshoot) / mean - 1);

/** A client that ended with a step and comes back after `outside` seconds. */
export function passage(lengths: StepLengths, outside: number, calmSeconds: number): Passage {
  const { calm, mixed, mean, overshoot } = lengths;
  const mixedShare = 1 - calm.share;
  const meanMixed = mixedShare > 0 ? (mean - calm.share * calm.seconds) / mixedShare : calm.seconds;
  const beforeLate = endsBefore(lengths, overshoot);
  let rest = 0;
  let steps = 0;
  let otherEnds = 0;

  /** In a step that began `begun` seconds before, `after` seconds and `passed` steps after the client's own. */
  const comeBack = (weight: number, left: number, begun: number, passed: number, within: number): void => {
    rest += weight * left;
    steps += weight * passed;
    otherEnds += weight * (within + endsBefore(lengths, begun));
  };
  const comeBackLate = (weight: number, remaining: number, passed: number): void => {
    rest += weight * overshoot;
    steps += weight * (passed + (remaining + overshoot) / mean);
    otherEnds += weight * beforeLate;
  };
  const calmSteps = Math.ceil(outside / calmSeconds - ROUNDING);
  let undisturbed = 1;
  for (let j = 0; j < calmSteps; j++) {
    const remaining = outside - j * calmSeconds;
    for (const { seconds, share } of mixed) {
      const weight = undisturbed * share;
      if (weight < ROUNDING) continue;
      const left = seconds - remaining;
      if (left >= -ROUNDING * seconds)
        comeBack(
          weight,
          Math.max(left, 0),
          remaining,
          j + 1,
          Math.min(j, Math.floor(left / calmSeconds + ROUNDING)),
        );
      else if (calmSteps > FEW_STEPS) comeBackLate(weight, -left, j + 1);
      else behindMixed(weight, -left, j + 1);
    }
    undisturbed *= calm.share;
  }
  comeBack(
    undisturbed,
    calmSteps * calmSeconds - outside,
    outside - (calmSteps - 1) * calmSeconds,
    calmSteps,
    0,
  );
  return { rest, steps, otherEnds };

  function behindMixed(weight: number, remaining: number, passed: number): void {
    let calmSoFar = weight;
    let time = remaining;
    let count = passed;
    while (time > ROUNDING * remaining) {
      const left = meanMixed - time;
      const disturbed = calmSoFar * mixedShare;
      if (left >= 0) comeBack(disturbed, left, time, count + 1, 0);
      else comeBackLate(disturbed, -left, count + 1);
      calmSoFar *= calm.share;
      time -= calm.seconds;
      count++;
      if (time <= ROUNDING * remaining) comeBack(calmSoFar, -time, time + calm.seconds, count, 0);
    }
  }
}

/** How many prompts steps hold where `ends` sequences end in each, one client's absence from the step they come back in. */
export function promptsOfSteps(
  ends: number,
  outside: number,
  calmSeconds: number,
  prompts: (number: number) => readonly StepLength[],
): StepLengths {
  let none = Math.min(Math.exp(-ends), 1 - ROUNDING);
  let lengths = lengthsWith(none);
  // While nobody can come back within the step he ended before, each step holds those who ended with the one before it.
  if (outside <= calmSeconds || ends <= 0) return lengths;
  for (let i = 0; i < 3; i++) {
    const { mean } = lengths;
    const most = 1 + endsBefore(lengths, outside);
    let met = 0;
    let noneBehindMixed = 0;
    for (const { seconds, share } of lengths.mixed) {
      const count = Math.min(seconds / mean, most);
      const whole = Math.floor(count);
      met += share * count;
      noneBehindMixed += share * Math.exp(-ends * whole) * (1 - (count - whole) * (1 - Math.exp(-ends)));
    }
    const behindCalm = Math.min(1, Math.max(0, 1 - met));
    none = Math.min(1 - ROUNDING, noneBehindMixed + lengths.calm.share - behindCalm * (1 - Math.exp(-ends)));
    none = Math.max(none, ROUNDING);
    lengths = lengthsWith(none);
  }
  return lengths;

  function lengthsWith(share: number): StepLengths {
    const further = Math.max(0, ends / (1 - share) - 1);
    const one = Math.exp(-further);
    const two = further * one;
    const more = 1 - one - two;
    const several = more > 1e-6 ? (1 + further - one - 2 * two) / more : 3;
    const mixed: StepLength[] = [];
    for (const [count, of] of [
      [1, one],
      [2, two],
      [several, more],
    ] as const)
      for (const part of prompts(count))
        mixed.push({ seconds: calmSeconds + part.seconds, share: (1 - share) * of * part.share });
    return stepLengths({ seconds: calmSeconds, share }, mixed);
  }
}
