import type { OpenSteps } from './open-steps';
import { type InRank, refilledRank } from './refilled-rank';
import type { SteadyState } from './state';

export interface AmongRanks {
  /** `shareAtRandom`. */
  readonly share: number;
  readonly responseSeconds: number;
  /** What a prompt waits for besides its own steps, and decoding, each over what it is under random arrivals. */
  readonly waits: number;
  readonly decoding: number;
}

/** Nobody else is there to be met. */
const HARDLY_ANY = 1e-3;
/** Numbers in a rank, and which law of arrivals makes them, depend on each other. */
const TURNS = 3;

/**
 * Requests of a data-parallel rank. vLLM sends a request to the rank that has fewest (0.33.0
 * `v1/engine/core_client.py:1751-1808`): between random arrivals (one rank) and a rank that is refilled as it empties (many).
 * Every figure lies between the two by `shareAtRandom`.
 * @param rate arrivals per second of one rank
 * @param random what they are where arrivals are random
 */
export function amongRanks(steps: OpenSteps, rate: number, ranks: number, random: InRank): AmongRanks {
  const { responseSeconds } = random;
  if (ranks === 1 || !(rate > 0)) return { share: 1, responseSeconds, waits: 1, decoding: 1 };
  const refilled = refilledRank(steps, rate, 1 / (rate * ranks));
  const inRank = (r: InRank): number => rate * (r.responseSeconds + r.decodeSeconds);
  const waited = (r: InRank): number => r.responseSeconds - r.ownSeconds;
  let share = shareAtRandom(ranks, inRank(refilled));
  const between = (of: (r: InRank) => number): number => share * of(random) + (1 - share) * of(refilled);
  for (let i = 1; i < TURNS; i++) share = shareAtRandom(ranks, between(inRank));
  const over = (of: (r: InRank) => number): number => (of(random) > 0 ? between(of) / of(random) : 1);
  return {
    share,
    responseSeconds: between((r) => r.responseSeconds),
    waits: over(waited),
    decoding: over((r) => r.decodeSeconds),
  };
}

/**
 * Where between a refilled rank (0) and random arrivals (1) a rank is, by the others that a request finds there: in the
 * first all that there are but itself, in the second as many as at any time.
 *
 * Those that end leave behind n - 1 + variance / n on average, because of n each is as likely to end, and as many are found
 * by those who come: a number is passed upwards as often as downwards. All ranks together have a Poisson number M whatever the
 * lengths (M/G/infinity); the variance of an even share of it is n / ranks. (How uneven the ranks are besides is in
 * `refilledRank`.) Where requests are fewer than ranks nobody is met: (M - ranks + 1) / ranks, if positive, has both.
 * @param inRank mean number of requests in a rank
 */
export function shareAtRandom(ranks: number, inRank: number): number {
  if (ranks === 1 || inRank < HARDLY_ANY) return 1;
  const mean = ranks * inRank;
  let probability = Math.exp(-mean);
  let spare = 0;
  for (let m = 0; m < ranks - 1; m++) {
    spare += probability * (ranks - 1 - m);
    probability *= mean / (m + 1);
  }
  const found = Math.max(0, inRank - 1 + (1 + spare) / ranks);
  const others = Math.max(0, inRank - 1);
  return Math.min(1, (found - others) / (inRank - others));
}

/**
 * Answers that are all equally long keep together: those that end together on a rank leave it with fewest by as many, and
 * where requests come to the engine faster than a rank computes their prompts, as many begin together. So the first token takes
 * up to three times as long as here, where answers are taken to differ; a 95th percentile a tenth above the mean ends most of it.
 */
export const keepTogether = (
  ranks: number,
  { requestsPerSecond, prefillSeconds }: Pick<SteadyState, 'requestsPerSecond' | 'prefillSeconds'>,
): boolean => ranks > 1 && requestsPerSecond * prefillSeconds > 1;
