import { pessimistic } from '../performance/interval';
import { acceptedTokens } from '../performance/step';
import type { Requirements } from '../requirements/requirements';
import { busySequences, type Design } from './design';

const HALVINGS = 12;
/** Room for the tolerance at which the steady state stops iterating. */
const TOLERANCE = 1.001;

/**
 * A rate (requests per second of one replica) that no replica of a design reaches, from decoding alone: prompts,
 * queues and interference only lower it. The batch whose step is as slow as the SLO allows, or that fills the slots,
 * yields so many tokens a second, because a larger batch yields more. 0 where one sequence is too slow already.
 */
export function capacityBound(design: Design, { slo, confidence }: Requirements): number {
  const { features, coefficients, load, stepSeconds } = design.curve;
  const accepted = acceptedTokens(features.mtpTokens, coefficients.mtpAcceptance);
  const slowest = (slo.tpotP95Seconds * accepted) / pessimistic(1, 'tpot', design.footing, confidence);
  const allowed = (batch: number): boolean =>
    busySequences(batch) <= design.mostSequences && stepSeconds(Math.max(batch, 1e-3)) <= slowest;
  if (load.outputTokens <= 1) return Number.POSITIVE_INFINITY;
  if (!allowed(0)) return 0;
  let low = 0;
  let high = design.mostSequences;
  if (allowed(high)) low = high;
  for (let i = 0; i < HALVINGS && low < high; i++) {
    const middle = (low + high) / 2;
    if (allowed(middle)) low = middle;
    else high = middle;
  }
  const tokensPerSecond = (high * accepted) / stepSeconds(high);
  return (TOLERANCE * design.ranks * tokensPerSecond) / (load.outputTokens - 1);
}
