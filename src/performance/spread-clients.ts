import type { Coefficients } from './coefficients';
import { comingBack, type Loop, NOBODY, type PointsOf, restOfStep } from './coming-back';
import { fallingRoot } from './falling-root';
import { ranksOf, type StepFeatures } from './features';
import type { Load } from './load';
import { inLine } from './one-by-one';
import type { Passage } from './passing-steps';
import { promptWork } from './prompt-work';
import { lognormalQuantiles } from './queueing';
import type { SteadyState } from './state';
import { acceptedTokens, requestOverheadSeconds } from './step';
import { decodeCurve } from './step-curves';

/** How near to saturation a queue is still looked at. */
const NEARLY = 1e-4;
/** How many end hardly depends on where in a step each comes back. */
const meanOnly: PointsOf = (mean) => [{ value: mean, weight: 1 }];
const NOWHERE: Passage = { rest: 0, steps: 0, otherEnds: 0 };

/**
 * Clients in a closed loop that have lost step with each other. Answers end with steps, so requests come by the step and
 * not by the second: while a long prompt is computed hardly anybody ends, and prompts queue far less than at the same
 * share of time under random arrivals. What does queue up are those who were outside the engine (front end) when the
 * prompt began: they ended within the last c steps, and all come while it is computed. Prompts of which a step holds many
 * are computed in the step after they come (`coming-back.ts`), those that fill steps one by one (`one-by-one.ts`).
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
  const loop: Loop = {
    others,
    outside,
    outsideOf: (tokens) => requestOverheadSeconds(k, tokens),
    inputTokens,
    inputVariation,
    outputVariation,
    stepOf,
  };

  // The more end in a step, the longer the queue, and the fewer end: one root, below what the engine can take in.
  const mostInStep = 1 / work.fullSteps;
  const ends = fallingRoot(
    (x) => stateAt(x, meanOnly).ends - x,
    Math.min(others / (decodeSteps + work.steps), (1 - NEARLY) * mostInStep),
  );
  const now = stateAt(ends, lognormalQuantiles);

  // At saturation the rate is known and the wait is not: Little's law gives it.
  const rate = Math.min(admitted / (now.responseSeconds + now.decodeSeconds), 1 / now.turnSeconds);
  const responseSeconds = admitted / rate - now.decodeSeconds;
  const blockedSeconds = (clients - admitted) / rate;
  return {
    stable: true,
    ttftSeconds: responseSeconds + Math.max(blockedSeconds, front - outside),
    tpotSeconds:
      outputTokens > 1 ? (now.decodeSeconds + now.heldUpSeconds) / (outputTokens - 1) : now.stepSeconds,
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
  function stateAt(endsInStep: number, pointsOf: PointsOf) {
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
    const { rest, steps: calmSteps } = restOfStep(loop, endsInStep, besideStep, firstPrompt);
    // Steps while a client is outside: fewer where some of them hold prompts.
    const calm = Math.exp(-endsInStep * calmSteps);
    const stepsOutside = (outside / meanStep) * (1 - calm) + calmSteps * calm;
    const line = inLine(work, {
      others,
      ends: endsInStep,
      busy,
      step: besideStep,
      prompt: firstPrompt,
      outside,
      stepsOutside,
      calmSteps,
    });
    const alone = busy * rest + line.waitSeconds + firstPrompt * line.filled;

    const prompt = { first: firstPrompt, further: furtherPrompt };
    const back = oneByOne < 1 ? comingBack(loop, endsInStep, batch, prompt, pointsOf) : NOWHERE;
    // Steps that hold no more prompts: those who find one full wait for the next.
    const stepsFull =
      line.fullShare ** Math.sqrt(2 * (work.promptsPerStep + 1)) /
      (2 * Math.max(endsInStep, NEARLY) * (1 - line.fullShare));
    const beside = endsInStep * (busy * (1 + back.otherEnds) + work.steps - 1);
    const shared = busy * back.rest + beside * furtherPrompt + stepsFull * meanStep;

    const waitSeconds = oneByOne * alone + (1 - oneByOne) * shared;
    const turnsWaited = line.waitSeconds / line.turnSeconds;
    const perCycle =
      decodeSteps +
      oneByOne * (stepsOutside + turnsWaited * work.fullSteps) +
      (1 - oneByOne) * (back.steps + stepsFull);
    // Prompts that come one by one share no step with one's own but where they fill it up, and while one waits steps are full.
    const besideDecode = Math.max(0, others - line.filled - turnsWaited) / (decodeSteps + stepsOutside);
    const promptsInStep =
      oneByOne * Math.min(mostInStep, besideDecode) + (1 - oneByOne) * (others / (perCycle + work.steps));
    // Those behind one who begins to decode hold up the first steps, and so short answers more than long ones.
    const heldUp = Math.min(1, (line.behind * work.fullSteps) / Math.max(decodeSteps, 1));
    return {
      stepSeconds,
      firstPrompt,
      waitSeconds,
      responseSeconds: outside + waitSeconds + besideStep * work.steps + firstPrompt,
      turnSeconds:
        oneByOne * line.turnSeconds + (1 - oneByOne) * (furtherPrompt + besideStep / work.promptsPerStep),
      decodeSeconds: decodeSteps * (stepSeconds + promptOf(promptsInStep)),
      heldUpSeconds: oneByOne * line.behind * firstPrompt * outputVariation * (1 - heldUp),
      ends: others / (perCycle + work.steps),
    };
  }
}
