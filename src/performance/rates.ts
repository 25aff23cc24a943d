import type { Coefficients } from './coefficients';
import type { StepFeatures } from './features';

/** Share of the experts that a step of this many tokens touches; routing is correlated, so fewer than if drawn evenly. */
export function touchedExperts(f: StepFeatures, k: Coefficients, tokens: number): number {
  return 1 - (1 - f.activeExperts / f.experts) ** Math.max(Math.min(tokens, 1), tokens * k.routingSpread);
}

/** What a step model reckons with whatever the step holds. */
interface Rates {
  readonly coefficients: Coefficients;
  /** Bytes per second: raw, of dense weights, of expert weights. */
  readonly bandwidth: { readonly raw: number; readonly dense: number; readonly experts: number };
  /** Seconds of tensor-core work per token: dense layers, and routed experts. */
  readonly perToken: { readonly dense: number; readonly experts: number };
}

const ratesByFeatures = new WeakMap<StepFeatures, Rates>();

/** Computed once for an engine: a simulation asks in every step. */
function ratesOf(f: StepFeatures, k: Coefficients): Rates {
  const known = ratesByFeatures.get(f);
  if (known?.coefficients === k) return known;
  const raw = f.memoryBandwidth * k.bandwidthFactor[f.gpuClass];
  const dense = raw * k.weightReadEfficiency;
  const rates: Rates = {
    coefficients: k,
    bandwidth: { raw, dense, experts: dense * (f.expertsWeightOnlyInt4 ? k.int4ReadEfficiency : 1) },
    perToken: tensorCoreSeconds(f, k),
  };
  ratesByFeatures.set(f, rates);
  return rates;
}

export const effectiveBandwidth = (f: StepFeatures, k: Coefficients): Rates['bandwidth'] =>
  ratesOf(f, k).bandwidth;

/** Dense four-bit weights read slower than their bytes say: as if there were so many more. */
const unpackedBytes = (f: StepFeatures, k: Coefficients): number =>
  f.denseFp4WeightBytes * (1 / k.fp4ReadEfficiency - 1);

export function weightReadSeconds(f: StepFeatures, k: Coefficients, tokensAllRanks: number): number {
  const bandwidth = effectiveBandwidth(f, k);
  return (
    (f.denseWeightBytes + f.headWeightBytes + unpackedBytes(f, k)) / bandwidth.dense +
    (f.expertWeightBytes * touchedExperts(f, k, tokensAllRanks)) / bandwidth.experts
  );
}

/** BF16 FLOP per second that attention, the head and the vision tower reach. */
export const bf16Rate = (f: StepFeatures, k: Coefficients): number =>
  f.peakFlops.bf16 * k.mfuBf16 * k.computeFactor[f.gpuClass];

/** Seconds of tensor-core work per token: dense layers, and routed experts. */
export const computePerToken = (f: StepFeatures, k: Coefficients): Rates['perToken'] =>
  ratesOf(f, k).perToken;

function tensorCoreSeconds(f: StepFeatures, k: Coefficients): Rates['perToken'] {
  const seconds = (flop: StepFeatures['denseFlop']): number =>
    (flop.bf16 / (f.peakFlops.bf16 * k.mfuBf16) +
      flop.fp8 / (f.peakFlops.fp8 * k.mfuFp8) +
      flop.fp4 / (f.peakFlops.fp4 * k.mfuFp4)) /
    k.computeFactor[f.gpuClass];
  return { dense: seconds(f.denseFlop), experts: seconds(f.expertFlop) / k.moeMfuRatio };
}

/**
 * Tokens that the experts compute for: a grouped GEMM fills up each touched expert's rows to a whole tile, a tile for
 * few rows and half a tile more on average for many (vLLM `moe_align_block_size`).
 */
export function paddedTokens(f: StepFeatures, k: Coefficients, tokens: number, touched: number): number {
  if (f.experts === f.activeExperts) return tokens;
  // So many tokens would fill one row of each touched expert.
  const oneRow = (f.experts * touched) / (f.activeExperts * f.dataParallel);
  return Math.max(k.expertTileRows * oneRow, tokens + ((k.expertTileRows - 1) / 2) * oneRow);
}

export function computeSeconds(f: StepFeatures, k: Coefficients, tokens: number): number {
  const { dense, experts } = computePerToken(f, k);
  if (tokens <= 0) return 0;
  const touched = touchedExperts(f, k, tokens * f.dataParallel);
  return tokens * dense + paddedTokens(f, k, tokens, touched) * experts;
}
