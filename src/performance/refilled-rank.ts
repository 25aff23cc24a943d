import { NOBODY } from './coming-back';
import type { OpenSteps } from './open-steps';
import { expectedMin } from './queueing';

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
      (line.firstSeconds + line.further * turn + mixedShare * (1 + variation) * line.left) / (1 - mixedShare);
    // Prompts that a step has no more room for: M/M/c with as many servers as it holds prompts (Sakasegawa, 1977).
    const sharing = comers(arrivals, firstPrompt + besideStep * work.steps);
    const shared =
      sharing.firstSeconds +
      2 * sharing.further * furtherPrompt +
      ends * work.steps * furtherPrompt +
      (mixedShare ** Math.sqrt(2 * (work.promptsPerStep + 1)) /
        (2 * Math.max(ends, NEARLY) * (1 - mixedShare))) *
        meanStep;
    // Those behind who are there before the last step use up what a prompt leaves of its steps' budgets.
    const turnsWaited = alone / turn;
    const behind = ends * (work.steps - 1 + turnsWaited * work.fullSteps) + line.first * work.beforeLast;
    const filled = oneByOne > 0 ? expectedMin(behind, work.leftover) * (1 - mixedShare) : 0;
    const waitSeconds =
      busy * (besideStep / 2) + oneByOne * (alone + firstPrompt * filled) + (1 - oneByOne) * shared;

    const ownSeconds = besideStep * work.steps + firstPrompt;
    const stepsWaiting = oneByOne * turnsWaited * work.fullSteps + ((1 - oneByOne) * shared) / meanStep;
    const steps = ownSteps + stepsWaiting;
    const others = ends * steps;
    // Prompts that come one by one share no step with one's own but where they fill it up, and those that one waits for come
    // before. But who raises a rank makes it fuller while prompts are at work, by what he waits, so that as many more decode
    // beside them.
    const besideDecode = Math.max(0, others - filled - Math.max(0, alone - line.raisedSeconds) / turn);
    const promptsInStep = oneByOne * promptOf(besideDecode / (decodeSteps + refillSeconds / meanStep));
    const decodeSeconds =
      decodeSteps * (stepOf(1 + batch) + promptsInStep + (1 - oneByOne) * promptOf(others / steps));
    const responseSeconds = waitSeconds + ownSeconds;
    const rateOfAll = (1 + others) / (refillSeconds + responseSeconds + decodeSeconds);
    return { responseSeconds, ownSeconds, decodeSeconds, rate: rateOfAll };
  }

  /**
   * Those who come while a prompt of this length is at work, at so many arrivals per second: of those outside when it
   * began, and at any time. These rather meet long prompts, and a rank that has l + 1 is not raised again before an answer
   * ends: l lasts as long as l + 1, so that all arrivals at l meet what a renewal process of prompts and of one such rest has
   * left of them. `left` is of a prompt that was at work when a request ended, when the next comes.
   */
  function comers(arrivals: number, seconds: number) {
    const within = -Math.expm1(-seconds / refillSeconds);
    const refilling = (1 - RAISING) * arrivals * refillSeconds * within;
    const raising = RAISING * arrivals * seconds;
    const together = refilling + raising;
    const none = 1 / (1 + refilling + raising * (1 + variation));
    const raisedSeconds = (none * raising * seconds * (1 + variation)) / 2;
    return {
      first: none * together,
      firstSeconds: none * refilling * (seconds / within - refillSeconds) + raisedSeconds,
      raisedSeconds,
      further: (none * together * together) / 2,
      left: (1 - RAISING) * (seconds / 2 - refillSeconds * (1 - (refillSeconds / seconds) * within)),
    };
  }
}
