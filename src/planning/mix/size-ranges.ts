import { normalQuantile } from '../../performance/interval';
import { normalTail, squaredVariation } from '../../performance/queueing';
import type { LengthStats } from '../../workload/presets';

/** Requests of a workload whose prompts are longer than `from` and at most `to` tokens. */
export interface SizeRange {
  /** First and last of the elementary sizes that the range holds. */
  readonly first: number;
  readonly last: number;
  readonly fromTokens: number;
  /** null for no limit. */
  readonly toTokens: number | null;
  /** Share of the requests. */
  readonly share: number;
  readonly inputTokens: LengthStats;
}

/**
 * Where prompts may be divided into short and long: shares of the requests below each cut. At the median: of 300 random
 * requirements two were a tenth cheaper so divided, and none at 0.8 or 0.95 (docs/planning.md).
 */
const CUTS = [0.5];
const P95 = 0.95;

/** The whole, and what lies below and above each cut. Prompts of one length cannot be divided. */
export function sizeRanges({ mean, p95 }: LengthStats): SizeRange[] {
  const sigma = Math.sqrt(Math.log(1 + squaredVariation(mean, p95)));
  if (sigma < 0.05) return [wholeOf({ mean, p95 })];
  const mu = Math.log(mean) - (sigma * sigma) / 2;
  const quantile = (probability: number): number => Math.exp(mu + sigma * normalQuantile(probability));
  const edges = [0, ...CUTS, 1];
  // Mean of what lies below a quantile, times its share: the partial expectation of a log-normal.
  const partialMean = (probability: number): number =>
    probability >= 1 ? mean : probability <= 0 ? 0 : mean * normalTail(sigma - normalQuantile(probability));
  const ranges: SizeRange[] = [wholeOf({ mean, p95 })];
  for (let first = 0; first < edges.length - 1; first++) {
    for (let last = first; last < edges.length - 1; last++) {
      const below = edges[first]!;
      const above = edges[last + 1]!;
      if ((below === 0) === (above === 1)) continue;
      const share = above - below;
      const meanTokens = (partialMean(above) - partialMean(below)) / share;
      const toTokens = above === 1 ? null : Math.round(quantile(above));
      ranges.push({
        first,
        last,
        fromTokens: below === 0 ? 0 : Math.round(quantile(below)),
        toTokens,
        share,
        inputTokens: {
          mean: Math.max(1, meanTokens),
          p95: Math.max(1, meanTokens, quantile(below + P95 * share)),
        },
      });
    }
  }
  return ranges;
}

const wholeOf = (inputTokens: LengthStats): SizeRange => ({
  first: 0,
  last: CUTS.length,
  fromTokens: 0,
  toTokens: null,
  share: 1,
  inputTokens,
});
