import { NOBODY } from './coming-back';
import type { OpenSteps } from './open-steps';

/** A request of one rank, means; seconds. */
export interface InRank {
  /** From its arrival at the engine to its first token, slots left aside; of that, its prompt in steps of its own. */
  readonly responseSeconds: number;
  readonly ownSeconds: number;
  /** From its first token to its last. */
  readonly decodeSeconds: number;
}

const ITERATIONS = 20;
const CONVERGED = 1e-4;
/** How near to saturation a queue is still looked at. */
const NEARLY = 1e-4;
/**
 * Share of the arrivals that find the rank no emptier than any other. With many ranks all have l or l + 1 requests. Those that
 * end where there are l + 1 are not replaced there; as many raise another rank from l. So what share of the ranks has l + 1 is
 * the share of arrivals that raise one, and it is as often small as large, as the total wanders.
 */
const RAISING = 1 / 2;

/**
 * A rank that is refilled as it empties: of many ranks one whose request ends has fewest, and gets the next arrival. So its
 * requests are clients in a closed loop (`spread-clients.ts`), who are outside from the end of a request to the next arrival
 * at the engine. Answers end with steps: while a long prompt is computed hardly anybody ends, and prompts queue far less than
 * under random arrivals. Half of the arrivals come at any time, one by one.
 * @param rate arrivals per second of this rank
 * @param refillSeconds mean time until the next arrival at the engine
 */
export function refilledRank(s: OpenSteps, rate: number, refillSeconds: number): InRank {
  const { work, oneByOne, decodeSteps, stepOf } = s;
  const mostInStep = 1 / work.fullSteps;
  const variation = work.steps > 1.01 ? work.variation : 0;

  // The more end in a step, the more are asked for: one root, below what the rank can take in.
  let now = stateAt(0);
  if (now.rate < rate) {
    let low = 0;
    let high = (1 - NEARLY) * mostInStep;
    let last = 0;
    let lastRate = now.rate;
    let ends = Math.min(rate * s.meanStep, high / 2);
    for (let i = 0; i < ITERATIONS; i++) {
      now = stateAt(ends);
      if (Math.abs(now.rate - rate) < CONVERGED * rate) break;
      if (now.rate < rate) low = ends;
      else high = ends;
      const secant = ends + ((rate - now.rate) * (ends - last)) / (now.rate - lastRate);
      last = ends;
      lastRate = now.rate;
      ends = secant > low && secant < high ? secant : (low + high) / 2;
    }
  }
  return now;

  /** One request among others of whom so many end in a step, and the rate that they ask for. */
  function stateAt(ends: number): InRank & { readonly rate: number } {
    const batch = ends * decodeSteps;
    const beside = Math.max(batch, NOBODY);
    const besideStep = stepOf(beside);
    const firstPrompt = work.seconds(beside, 1);
    const several = Math.min(1 + Math.max(1, ends), Math.max(work.promptsPerStep, 1));
    const furtherPrompt =
      several > 1.01 ? (several * work.seconds(beside, several) - firstPrompt) / (several - 1) : firstPrompt;
    const promptOf = (prompts: number): number => {
      const some = 1 - Math.exp(-prompts);
      return some * firstPrompt + (prompts - some) * furtherPrompt;
    };
    const meanStep = besideStep + promptOf(ends);
    const ownSteps = decodeSteps + refillSeconds / meanStep + work.steps;
    const some = ends * ownSteps;
    const busy = 1 - (1 - decodeSteps / ownSteps) ** some;

    const mixedShare = ends / mostInStep;
    const arrivals = (ends * busy) / meanStep;
    const turn = firstPrompt + besideStep * work.fullSteps;
    const line = comers(arrivals, turn);
    const alone =
      (line.behindFirst * line.remaining +
        (line.ahead - line.behindFirst) * turn +
        mixedShare * (1 + variation) * line.left) /
      (1 - mixedShare);
    // Prompts that a step has no more room for: M/M/c with as many servers as it holds prompts (Sakasegawa, 1977).
    const sharing = comers(arrivals, firstPrompt + besideStep * work.steps);
    const shared =
      sharing.behindFirst * (sharing.remaining + sharing.together * furtherPrompt) +
      ends * work.steps * furtherPrompt +
      (mixedShare ** Math.sqrt(2 * (work.promptsPerStep + 1)) /
        (2 * Math.max(ends, NEARLY) * (1 - mixedShare))) *
        meanStep;
    // Those behind who are there before the last step use up what a prompt leaves of its steps' budgets.
    const behind = ends * (work.steps - 1 + (alone * work.fullSteps) / turn);
    const filling = firstPrompt * Math.min(behind, work.leftover) * (1 - mixedShare);
    const waitSeconds = busy * (besideStep / 2) + oneByOne * (alone + filling) + (1 - oneByOne) * shared;

    const ownSeconds = besideStep * work.steps + firstPrompt;
    const stepsWaiting = (oneByOne * alone * work.fullSteps) / turn + ((1 - oneByOne) * shared) / meanStep;
    const steps = ownSteps + stepsWaiting;
    const others = ends * steps;
    // Prompts that come one by one never share a step with one's own.
    const decodeSeconds =
      decodeSteps * (stepOf(1 + batch) + promptOf(others / (steps - oneByOne * work.steps)));
    const responseSeconds = waitSeconds + ownSeconds;
    const rateOfAll = (1 + others) / (refillSeconds + responseSeconds + decodeSeconds);
    return { responseSeconds, ownSeconds, decodeSeconds, rate: rateOfAll };
  }

  /**
   * Those who come while a prompt of this length is at work, at so many arrivals per second: of those outside when it
   * began, and at any time. What is left of it when the first comes; and, of one that was at work when a request ended, when
   * the next comes.
   */
  function comers(arrivals: number, seconds: number) {
    const within = -Math.expm1(-seconds / refillSeconds);
    const refilling = (1 - RAISING) * arrivals * refillSeconds * within;
    const raising = RAISING * arrivals * seconds;
    const together = refilling + raising;
    const remaining =
      together > 0
        ? (refilling * (seconds / within - refillSeconds) + (raising * seconds) / 2) / together
        : 0;
    return {
      together,
      behindFirst: together / (1 + together),
      ahead: (together * (together + 2)) / (2 * (1 + together)),
      remaining,
      left: (1 - RAISING) * (seconds / 2 - refillSeconds * (1 - (refillSeconds / seconds) * within)),
    };
  }
}
