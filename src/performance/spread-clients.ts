import type { Coefficients } from './coefficients';
import { ranksOf, type StepFeatures } from './features';
import type { Load } from './load';
import { promptWork } from './prompt-steps';
import { lognormalNodes } from './queueing';
import type { SteadyState } from './state';
import { acceptedTokens, requestOverheadSeconds } from './step';
import { decodeCurve } from './step-curves';

const ITERATIONS = 40;
const CONVERGED = 1e-5;
/** How near to saturation a queue is still looked at. */
const NEARLY = 1e-4;
/** Nothing decodes beside. */
const NOBODY = 1e-3;

/**
 * Clients in a closed loop that have lost step with each other. Answers end with steps, so requests come by the step and
 * not by the second: while a long prompt is computed hardly anybody ends, and prompts queue far less than at the same
 * share of time under random arrivals. What does queue up are those who were outside the engine (front end) when the
 * prompt began: they ended within the last c steps, and all come while it is computed.
 */
export function spreadClients(f: StepFeatures, k: Coefficients, load: Load, clients: number): SteadyState {
  const { inputTokens, outputTokens, inputVariation = 0, outputVariation = 0 } = load;
  const admitted = Math.min(clients, load.maxBatch);
  const others = Math.max(admitted - 1, 0);
  const accepted = acceptedTokens(f.mtpTokens, k.mtpAcceptance);
  // A last step may bring more tokens than are wanted: half of its surplus is lost on average.
  const decodeSteps = outputTokens > 1 ? (outputTokens - 1) / accepted + (1 - 1 / accepted) / 2 : 0;
  const stepOf = decodeCurve(f, k, inputTokens + (outputTokens * (1 + outputVariation)) / 2);
  const work = promptWork(f, k, load, 'quantiles')({ mean: others * (1 + f.mtpTokens), deviation: 0 });
  const oneByOne = Math.min(1, Math.max(0, 2 - work.promptsPerStep));
  const front = requestOverheadSeconds(k, inputTokens);
  // Who waits for a sequence is there when one ends.
  const outside = clients > admitted ? 0 : front;

  // The more end in a step, the longer the queue, and the fewer end: one root, below what the engine can take in.
  const mostInStep = 1 / work.fullSteps;
  let low = 0;
  let high = Math.min(others / (decodeSteps + work.steps), (1 - NEARLY) * mostInStep);
  let now = stateAt(high);
  if (now.ends < high)
    for (let i = 0; i < ITERATIONS && high - low > CONVERGED * high; i++) {
      const middle = (low + high) / 2;
      now = stateAt(middle);
      if (now.ends < middle) high = middle;
      else low = middle;
    }

  const rate = admitted / (now.responseSeconds + now.decodeSeconds);
  const blockedSeconds = (clients - admitted) / rate;
  return {
    stable: true,
    ttftSeconds: now.responseSeconds + Math.max(blockedSeconds, front - outside),
    tpotSeconds: outputTokens > 1 ? now.decodeSeconds / (outputTokens - 1) : now.stepSeconds,
    outputTokensPerSecond: rate * outputTokens * ranksOf(f),
    requestsPerSecond: rate * ranksOf(f),
    decodeBatch: Math.min(rate * now.decodeSeconds, admitted),
    stepSeconds: now.stepSeconds,
    prefillSeconds: now.firstPrompt,
    prefillShare: Math.min(rate * now.firstPrompt, 1),
    utilisation: Math.min(rate * now.turnSeconds, 1),
    queueSeconds: now.waitSeconds,
    blockedSeconds,
    acceptedTokens: accepted,
  };

  /** One client among others of whom so many end in a step; `ends` is what follows for them. */
  function stateAt(endsInStep: number) {
    const batch = Math.min(endsInStep * decodeSteps, others);
    const stepSeconds = stepOf(1 + batch);
    const besideStep = stepOf(Math.max(batch, NOBODY));
    const firstPrompt = work.seconds(Math.max(batch, NOBODY), 1);
    const several = Math.min(1 + Math.max(1, endsInStep), Math.max(work.promptsPerStep, 1));
    const furtherPrompt =
      several > 1.01
        ? (several * work.seconds(Math.max(batch, NOBODY), several) - firstPrompt) / (several - 1)
        : firstPrompt;
    const promptOf = (prompts: number): number => {
      const some = 1 - Math.exp(-prompts);
      return some * firstPrompt + (prompts - some) * furtherPrompt;
    };
    const busy = others > 0 ? 1 - Math.max(0, 1 - batch / others) ** others : 0;

    const meanStep = besideStep + promptOf(endsInStep);
    const { rest, steps: calmSteps } = restOfStep(endsInStep, besideStep, firstPrompt);
    // Steps while a client is outside: fewer where some of them hold prompts.
    const calm = Math.exp(-endsInStep * calmSteps);
    const stepsOutside = (outside / meanStep) * (1 - calm) + calmSteps * calm;

    // Those who ended within that time are all there when the first one's prompt is through.
    const together = endsInStep * stepsOutside * busy;
    const behindFirst = together / (1 + together);
    const ahead = (together * (together + 2)) / (2 * (1 + together));
    const turn = firstPrompt + besideStep * work.fullSteps;
    const mixedShare = endsInStep / mostInStep;
    const variation = work.steps > 1.01 ? work.variation : 0;
    const alone =
      (behindFirst * remaining(turn, besideStep, calmSteps) +
        (ahead - behindFirst) * turn +
        (mixedShare * turn * (1 + variation)) / 2) /
      (1 - mixedShare);
    const shared =
      behindFirst *
        (remaining(firstPrompt + besideStep * work.steps, besideStep, calmSteps) + together * furtherPrompt) +
      endsInStep * work.steps * furtherPrompt +
      (mixedShare ** Math.sqrt(2 * (work.promptsPerStep + 1)) /
        (2 * Math.max(endsInStep, NEARLY) * (1 - mixedShare))) *
        meanStep;
    // Those behind who are there before the last step use up what a prompt leaves of its steps' budgets. Who had to wait has
    // begun in what the one before left: no time is lost to him.
    const behind = endsInStep * (work.steps - 1 + (alone * work.fullSteps) / turn);
    const filling = firstPrompt * Math.min(behind, work.leftover) * (1 - mixedShare);
    const waitSeconds = oneByOne * (alone + filling) + (1 - oneByOne) * shared;

    const responseSeconds = outside + busy * rest + waitSeconds + besideStep * work.steps + firstPrompt;
    const stepsWaiting = (oneByOne * alone * work.fullSteps) / turn + ((1 - oneByOne) * shared) / meanStep;
    const perCycle = decodeSteps + stepsOutside + stepsWaiting;
    // Prompts that come one by one never share a step with one's own.
    const promptsInStep = others / (perCycle + (1 - oneByOne) * work.steps);
    return {
      stepSeconds,
      firstPrompt,
      waitSeconds,
      responseSeconds,
      turnSeconds: oneByOne * turn + (1 - oneByOne) * (furtherPrompt + besideStep / work.promptsPerStep),
      decodeSeconds: decodeSteps * (stepSeconds + promptOf(promptsInStep)),
      ends: others / (perCycle + work.steps),
    };
  }

  /**
   * What is left of the step one comes back in, and how many have passed while nobody computed a prompt. It ended with a
   * step, so a known time outside is a known part of one: all others decode, or one of them has ended meanwhile. Prompts of
   * those who ended before move the steps after them; what is left of their own is waited for with their turn (`remaining`).
   */
  function restOfStep(endsInStep: number, step: number, prompt: number): { rest: number; steps: number } {
    if (outside === 0) return { rest: 0, steps: 0 };
    if (inputVariation === 0 && outputVariation === 0) return { rest: step / 2, steps: outside / step + 0.5 };
    const full = stepOf(Math.max(others, NOBODY));
    const oneLess = stepOf(Math.max(others - 0.5, NOBODY));
    let rest = 0;
    let steps = 0;
    for (const { value, weight } of lognormalNodes(inputTokens, inputVariation)) {
      const seconds = requestOverheadSeconds(k, value);
      const begun = wholeSteps(seconds, full);
      const undisturbed = Math.exp(-endsInStep * (begun - 1));
      const passed = undisturbed * begun + (1 - undisturbed) * wholeSteps(seconds, oneLess);
      const left =
        undisturbed * (begun * full - seconds) +
        (1 - undisturbed) * (wholeSteps(seconds, oneLess) * oneLess - seconds);
      const calm = Math.exp(-endsInStep * passed);
      // Of the steps that the prompt may have been computed in, those early enough for it to be through.
      const through = Math.min(1, Math.max(0, Math.floor((seconds - prompt) / step) / begun));
      const moved = wholeSteps(Math.max(seconds - prompt, 0), step) * step + prompt - seconds;
      rest += weight * (left + (1 - calm) * through * (Math.max(moved, 0) - left));
      steps += weight * passed;
    }
    return { rest, steps };
  }
}

/** Steps that begin within some seconds, the first of them at once. */
const wholeSteps = (seconds: number, step: number): number => Math.ceil(seconds / step - 1e-9);

/** What is left of a turn for one who comes 1, 2, ... or so many steps after it began. */
function remaining(turn: number, step: number, steps: number): number {
  const most = Math.ceil(steps - 1e-9);
  let sum = 0;
  for (let j = 1; j <= most; j++) sum += Math.max(0, turn - j * step);
  return most > 0 ? sum / most : 0;
}
