import type { Coefficients } from './coefficients';
import { ranksOf, type StepFeatures } from './features';
import { promptCut } from './prompt-steps';
import { bf16Rate } from './rates';
import type { Load, SteadyState } from './steady-state';
import { acceptedTokens, requestOverheadSeconds } from './step';
import { decodeCurve, prefillCurve } from './step-curves';

/** Nothing decodes beside. */
const NOBODY = 1e-3;
const ROUNDING = 1e-9;

/**
 * Clients in a closed loop that started at once and whose answers all take equally many steps: they never leave their
 * order. A round: the first ends; while it is outside the engine (front end) the next ones end, step by step; then every
 * step computes one budget of prompts while as many again end, so that the queue never shortens; when all are back, all
 * decode. The round is laid out step by step; nothing in it is fitted, and the simulation's is the same.
 */
export function convoy(f: StepFeatures, k: Coefficients, load: Load, clients: number): SteadyState {
  const { inputTokens, outputTokens, cachedTokens = 0 } = load;
  const admitted = Math.min(clients, load.maxBatch);
  const accepted = acceptedTokens(f.mtpTokens, k.mtpAcceptance);
  const decodeSteps = Math.ceil((outputTokens - 1) / accepted - ROUNDING);
  const computed = Math.max(1, inputTokens - cachedTokens);
  const visionSeconds = ((load.visionTokens ?? 0) * f.visionFlop) / bf16Rate(f, k);
  const stepOf = decodeCurve(f, k, inputTokens + outputTokens / 2);
  const prefillOf = prefillCurve(f, k, computed, cachedTokens);
  const outside = requestOverheadSeconds(k, inputTokens);
  // Who waits for a sequence is there when one ends.
  const away = clients > admitted ? 0 : outside;
  const { first, last, perStep, tokensPerStep, throughBy } = promptsInOrder(f, load, admitted, computed);

  // Ends of the round's steps: those before the first prompt, and those with prompts.
  const ends: number[] = [0];
  let now = 0;
  while (now < away && throughBy(first + ends.length - 1) < admitted) {
    now += stepOf(admitted - throughBy(first + ends.length - 1));
    ends.push(now);
  }
  const plain = ends.length - 1;
  const plainSeconds = now;
  now = Math.max(now, away);
  const back = now;

  const allDecode = first + decodeSteps - last;
  // Where the first end before the last begin, as many decode as their steps let in.
  const crowd = allDecode < 0 ? decodeSteps * perStep : admitted;
  let waited = 0;
  let prompts = 0;
  let left = admitted * computed;
  for (let i = 1; i <= last; i++) {
    const before = throughBy(i - 1);
    const batch = Math.max(NOBODY, Math.min(crowd, admitted - throughBy(first + plain + i - 1) + before));
    const tokens = Math.max(1, Math.min(left, tokensPerStep));
    left -= tokens;
    const extra = (prefillOf(batch, tokens) + visionSeconds) * (tokens / computed);
    prompts += extra;
    now += stepOf(batch) + extra;
    ends.push(now);
    // Prompts of this step are of those who ended with step i - first of the round.
    const through = throughBy(i) - before;
    if (through > 0) waited += through * (now - ends[i - first]!);
  }
  const mixed = now - back;
  const stepSeconds = stepOf(admitted);
  const neverEmpty = allDecode < -plain;
  const round = neverEmpty
    ? mixed
    : back + mixed + allDecode * (allDecode > 0 ? stepSeconds : plainSeconds / Math.max(plain, 1));
  const responseSeconds = neverEmpty
    ? Math.max(round - (decodeSteps * mixed) / last, outside + mixed / last)
    : waited / admitted;

  const rate = admitted / round;
  const blockedSeconds = (clients - admitted) / rate;
  const decodeSeconds = Math.max(0, round - responseSeconds);
  return {
    stable: true,
    ttftSeconds: responseSeconds + Math.max(blockedSeconds, outside - away),
    tpotSeconds: outputTokens > 1 ? decodeSeconds / (outputTokens - 1) : stepSeconds,
    outputTokensPerSecond: rate * outputTokens * ranksOf(f),
    requestsPerSecond: rate * ranksOf(f),
    decodeBatch: rate * decodeSeconds,
    stepSeconds,
    prefillSeconds: prompts / admitted,
    prefillShare: prompts / round,
    utilisation: mixed / round,
    queueSeconds: 0,
    blockedSeconds,
    acceptedTokens: accepted,
  };
}

/** Prompts one after the other, sharing steps as the budget lets them: how many are through by each step. */
function promptsInOrder(f: StepFeatures, load: Load, admitted: number, computed: number) {
  const { maxNumBatchedTokens } = load;
  // Sequences that decode come first in a step's budget.
  const decoding = Math.max(0, admitted - maxNumBatchedTokens / computed) * (1 + f.mtpTokens);
  const budget = Math.max(1, Math.floor(maxNumBatchedTokens - decoding));
  const { steps, promptsPerStep: perStep, fullStepTokens } = promptCut(load, computed, budget);
  const ofOne = Math.ceil(1 / perStep - ROUNDING);
  const lag = Math.max(0, steps - ofOne);
  return {
    /** Steps with prompts until the first is through, and the last. */
    first: lag + ofOne,
    last: lag + Math.ceil(admitted / perStep - ROUNDING),
    perStep,
    tokensPerStep: fullStepTokens < computed ? fullStepTokens : perStep * computed,
    throughBy: (step: number): number =>
      Math.min(admitted, Math.max(0, Math.floor((step - lag) * perStep + ROUNDING))),
  };
}
