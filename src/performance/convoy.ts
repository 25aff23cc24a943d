import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { promptCut } from './prompt-steps';
import type { Load } from './steady-state';
import { acceptedTokens, bf16Rate, requestOverheadSeconds } from './step';
import { decodeCurve, prefillCurve } from './step-curves';

/** One round of clients that stay in step, one request each: seconds, means over requests. */
export interface Convoy {
  readonly roundSeconds: number;
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  /** A step of all of them, and what a prompt adds to those it is computed in. */
  readonly stepSeconds: number;
  readonly prefillSeconds: number;
  /** Shares of the round that prompts take, and that steps with prompts take. */
  readonly prefillShare: number;
  readonly utilisation: number;
}

/** Nothing decodes beside. */
const NOBODY = 1e-3;

/**
 * Clients in a closed loop whose answers all take equally many steps never leave the order they started in. A round:
 * the first end; while they are outside the engine (front end) the next ones end, step by step; then every step computes
 * one budget of prompts, while as many again end, so that the queue never shortens; when all are back, all decode.
 * So one round is laid out step by step. `throughBy(i)` are the prompts through after mixed step i; those of step i ended
 * with step i - first of the round.
 */
export function convoy(f: StepFeatures, k: Coefficients, load: Load, clients: number): Convoy {
  const { inputTokens, outputTokens, cachedTokens = 0, maxNumBatchedTokens } = load;
  const admitted = Math.min(clients, load.maxBatch);
  const decodeSteps = Math.max(
    0,
    Math.ceil((outputTokens - 1) / acceptedTokens(f.mtpTokens, k.mtpAcceptance) - 1e-9),
  );
  const computed = Math.max(1, inputTokens - cachedTokens);
  const visionSeconds = ((load.visionTokens ?? 0) * f.visionFlop) / bf16Rate(f, k);
  const stepOf = decodeCurve(f, k, inputTokens + outputTokens / 2);
  const prefillOf = prefillCurve(f, k, computed, cachedTokens);
  const outside = requestOverheadSeconds(k, inputTokens);
  // Who waits for a sequence is there when one ends.
  const away = clients > admitted ? 0 : outside;

  // Sequences that decode come first in a step's budget.
  const besides = Math.max(0, admitted - maxNumBatchedTokens / computed) * (1 + f.mtpTokens);
  const budget = Math.max(1, Math.floor(maxNumBatchedTokens - besides));
  const cut = promptCut(load, computed, budget);
  const perStep = cut.promptsPerStep;
  const lag = Math.max(0, cut.steps - Math.ceil(1 / perStep - 1e-9));
  const throughBy = (step: number): number =>
    Math.min(admitted, Math.max(0, Math.floor((step - lag) * perStep + 1e-9)));
  const first = lag + Math.ceil(1 / perStep - 1e-9);
  const last = lag + Math.ceil(admitted / perStep - 1e-9);

  // Ends of the round's steps, and the share of them before the first prompt.
  const ends: number[] = [0];
  let plain = 0;
  let now = 0;
  while (now < away && throughBy(first + plain) < admitted) {
    now += stepOf(admitted - throughBy(first + plain));
    ends.push(now);
    plain++;
  }
  const plainSeconds = now;
  now = Math.max(now, away);
  const back = now;

  const rest = first + decodeSteps - last;
  // Where the first end before the last begin, as many decode as their steps let in.
  const crowd = rest < 0 ? decodeSteps * perStep : admitted;
  const perFullStep = cut.fullStepTokens < computed ? cut.fullStepTokens : perStep * computed;
  let waited = 0;
  let prompts = 0;
  let left = admitted * computed;
  for (let i = 1; i <= last; i++) {
    const before = throughBy(i - 1);
    const beside = Math.min(crowd, admitted - throughBy(first + plain + i - 1) + before);
    const batch = Math.max(NOBODY, beside);
    const tokens = Math.max(1, Math.min(left, perFullStep));
    left -= tokens;
    const extra = (prefillOf(batch, tokens) + visionSeconds) * (tokens / computed);
    prompts += extra;
    now += stepOf(batch) + extra;
    ends.push(now);
    const through = throughBy(i) - before;
    if (through > 0) waited += through * (now - ends[i - first]!);
  }
  const mixed = now - back;
  const stepSeconds = stepOf(admitted);
  let round = back + mixed + rest * (rest > 0 ? stepSeconds : plainSeconds / Math.max(plain, 1));
  let ttft = waited / admitted;
  if (rest < -plain) {
    // They are back before the queue is empty: it never is.
    round = mixed;
    ttft = Math.max(round - (decodeSteps * mixed) / last, outside + mixed / last);
  }
  return {
    roundSeconds: round,
    ttftSeconds: ttft,
    tpotSeconds: outputTokens > 1 ? (round - ttft) / (outputTokens - 1) : stepSeconds,
    stepSeconds,
    prefillSeconds: prompts / admitted,
    prefillShare: prompts / round,
    utilisation: mixed / round,
  };
}
