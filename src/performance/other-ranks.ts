/**
 * Share of a data-parallel rank's other requests that one of them meets there. vLLM sends a request to the rank that has
 * fewest (0.33.0 `v1/engine/core_client.py:1751-1808`), so that fewer come beside it than at any time.
 *
 * Of two ranks whose requests end at random, the difference D falls with each arrival and goes either way with each end,
 * half as often: geometric by thirds, with mean 1 just before an arrival. So half a request less than the mean is there when
 * one comes and, as the chain is reversible, comes while it stays. Where ranks are hardly used, all are avoided: both ends
 * are met by (1 - e^(-2 n)) / 2 of n. More ranks are as full to within one, which is half a request less as well.
 * @param inRank mean number of requests in a rank
 */
export function metShare(ranks: number, inRank: number): number {
  if (ranks === 1 || inRank < HARDLY_ANY) return 1;
  return 1 - (1 - Math.exp(-2 * inRank)) / (2 * inRank);
}

/** Nobody else is there to be met. */
const HARDLY_ANY = 1e-3;
