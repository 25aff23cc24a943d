import type { Coefficients } from './coefficients';
import data from './data/mtp-acceptance.json';
import { acceptedTokens } from './step';

/**
 * What the model writes decides how often its drafts are right. `mixed`: the fitted mean of benchmarks (random and
 * chat prompts); `code`: coding prompts, with or without thinking (397B NVFP4 on vLLM, SPEED-Bench).
 */
export const MTP_TASKS = ['mixed', 'code', 'code-thinking'] as const;
export type MtpTask = (typeof MTP_TASKS)[number];

const LENGTHS: Readonly<Record<Exclude<MtpTask, 'mixed'>, Readonly<Record<string, number>>>> = {
  code: data.acceptanceLength.thinking_off,
  'code-thinking': data.acceptanceLength.thinking_on,
};

/** Draft lengths that were measured. */
const MEASURED_DRAFTS = 8;
const BISECTIONS = 40;

/** Coefficients for a task: the probability that a draft token is accepted, from measured acceptance lengths. */
export function forTask(k: Coefficients, task: MtpTask, mtpTokens: number): Coefficients {
  if (task === 'mixed' || mtpTokens === 0) return k;
  const drafts = Math.min(mtpTokens, MEASURED_DRAFTS);
  return { ...k, mtpAcceptance: probabilityOf(drafts, LENGTHS[task][drafts] ?? 1) };
}

/** Probability per draft token that gives this many accepted tokens per step, the verified one included. */
function probabilityOf(drafts: number, acceptanceLength: number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (acceptedTokens(drafts, middle) < acceptanceLength) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
