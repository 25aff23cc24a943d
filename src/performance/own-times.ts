import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';
import { cachedParts } from './history';
import type { Load } from './load';
import type { OpenState } from './open-loop';
import { promptCut } from './prompt-steps';
import { normalTail } from './queueing';
import { requestOverheadSeconds, visionSeconds } from './step';
import { prefillCurves } from './step-curves';

/** Prompts of one length: their share, and their seconds in the front end and in steps of their own. */
export interface OwnTime {
  readonly weight: number;
  readonly seconds: number;
  /** Between the shortest and the longest that it stands for, seconds. */
  readonly width: number;
  /** In the engine, decoding beside the prompt included; and there before the last step. */
  readonly engineSeconds: number;
  readonly beforeLastSeconds: number;
  /** Others that find room in its steps. */
  readonly room: number;
}

/** Between these points of a normal variable a log-normal length stands for all; finer where the 95th percentile is. */
const EDGES = [0, 0.4, 0.7, 1, 1.2, 1.4, 1.55, 1.75, 2, 2.3, 2.7];
const SHARES_ABOVE = [1, ...EDGES.map(normalTail), 0];

/** Mean lengths between those points, relative to the mean of all, and how far apart the shortest and longest of them are. */
function lengthsBetween(sigma: number): { relative: number; weight: number; width: number }[] {
  const lengthAbove = [1, ...EDGES.map((edge) => normalTail(edge - sigma)), 0];
  const edges = EDGES.map((edge) => Math.exp(sigma * edge - (sigma * sigma) / 2));
  return SHARES_ABOVE.slice(1).map((above, i) => {
    const weight = SHARES_ABOVE[i]! - above;
    const width = i === 0 || i === EDGES.length ? 0 : edges[i]! - edges[i - 1]!;
    return { weight, relative: (lengthAbove[i]! - lengthAbove[i + 1]!) / weight, width };
  });
}

/** Standard deviations between those lengths. */
const LENGTHS_APART = 0.3;

/** Prompts' time in the front end and in their own steps, decoding beside them included, by length. */
export function ownTimes(
  f: StepFeatures,
  k: Coefficients,
  load: Load,
): (state: OpenState) => readonly OwnTime[] {
  const { inputTokens, inputVariation = 0 } = load;
  const sigma = Math.sqrt(Math.log(1 + inputVariation));
  const lengths = inputVariation === 0 ? [{ relative: 1, weight: 1, width: 0 }] : lengthsBetween(sigma);
  const prefill = prefillCurves(f, k);
  const encoding = visionSeconds(f, k, load.images);
  const prompts = lengths.flatMap(({ relative, weight, width }) => {
    const input = inputTokens * relative;
    return cachedParts(load, input, LENGTHS_APART * sigma).map((part) => {
      const tokens = Math.max(1, input - part.cachedTokens);
      const secondsBeside = prefill(tokens, part.cachedTokens);
      const frontSeconds = requestOverheadSeconds(k, input);
      return { weight: weight * part.weight, tokens, spread: width / relative, frontSeconds, secondsBeside };
    });
  });
  const meanTokens = prompts.reduce((sum, { weight, tokens }) => sum + weight * tokens, 0);
  return ({ steps }) => {
    const budget = Math.max(1, load.maxNumBatchedTokens - Math.round(steps.stepBatch * (1 + f.mtpTokens)));
    const batch = Math.max(steps.batch, 1e-3);
    const besideStep = steps.stepOf(batch);
    return prompts.map(({ weight, tokens, spread, frontSeconds, secondsBeside }) => {
      const { steps: count, beforeLast, roomTokens } = promptCut(load, tokens, budget);
      const before = count > 1 ? beforeLast * secondsBeside(batch, (beforeLast * tokens) / (count - 1)) : 0;
      const last = (1 - beforeLast) * secondsBeside(batch, (1 - beforeLast) * tokens);
      const engineSeconds = before + last + encoding + count * besideStep;
      return {
        weight,
        seconds: frontSeconds + engineSeconds,
        width: spread * (frontSeconds + engineSeconds),
        engineSeconds,
        beforeLastSeconds: before + (count - 1) * besideStep,
        room: roomTokens / meanTokens,
      };
    });
  };
}
