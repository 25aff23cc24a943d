/** Mean numbers of requests in a rank, and the share of time in which prompts are at work there. */
export interface InRank {
  /** Waiting, or whose prompt is computed. */
  readonly queued: number;
  readonly decoding: number;
  readonly used: number;
}

/** Nobody else is there to be met. */
const HARDLY_ANY = 1e-3;

/**
 * Share of a data-parallel rank's other requests that one of them meets there. vLLM sends a request to the rank that has
 * fewest (0.33.0 `v1/engine/core_client.py:1751-1808`), so that fewer come beside it than at any time.
 *
 * - **Where most decode**, requests end at random. Of two ranks the difference D falls with each arrival and goes either way
 *   with each end, half as often: geometric by thirds, with mean 1 just before an arrival. So half a request less than the
 *   mean is there when one comes and, as the chain is reversible, comes while it stays. Where ranks are hardly used, all are
 *   avoided: both ends are met by (1 - e^(-2 n)) / 2 of n. More ranks are as full to within one: half a request as well.
 * - **Where most wait for their prompts**, the shortest line is nearly one line for all ranks: M/G/c's wait over M/G/1's
 *   (Sakasegawa, 1977).
 */
export function metShare(ranks: number, { queued, decoding, used }: InRank): number {
  const inRank = queued + decoding;
  if (ranks === 1 || inRank < HARDLY_ANY) return 1;
  const whileDecoding = 1 - (1 - Math.exp(-2 * inRank)) / (2 * inRank);
  const oneLine = used ** (Math.sqrt(2 * (ranks + 1)) - 2) / ranks;
  const lined = queued / inRank;
  return Math.min(whileDecoding, lined * oneLine + (1 - lined) * whileDecoding);
}
