import type { HistoryHits, Load } from './load';
import { lognormalNodes, lognormalQuantiles } from './queueing';

/**
 * Prompt tokens that a prompt finds: whole blocks, and never its last token.
 * @param spread where the prompt stands for others: their lengths lie within so many times its own, e.g. 0.2 for ±10%
 */
export function foundTokens(
  promptTokens: number,
  { ofPrompt, lessTokens }: HistoryHits,
  blockTokens: number,
  spread = 0,
): number {
  const found = Math.min(promptTokens * ofPrompt - lessTokens, promptTokens - 1);
  const window = spread * promptTokens * ofPrompt;
  if (window < 1) return Math.max(0, Math.floor(found / blockTokens) * blockTokens);
  const from = found - window / 2;
  const to = found + window / 2;
  return Math.min((wholeBlocksUpTo(to, blockTokens) - wholeBlocksUpTo(from, blockTokens)) / window, found);
}

/** Integral of whole blocks, tokens, over all lengths up to this one. */
function wholeBlocksUpTo(tokens: number, blockTokens: number): number {
  const blocks = Math.max(0, Math.floor(tokens / blockTokens));
  return blockTokens * blocks * (tokens - (blockTokens * (blocks + 1)) / 2);
}

/**
 * Prompts of one length by what they find in the prefix cache, tokens.
 * @param spread of the lengths that this one stands for, as `foundTokens` has it
 */
export function cachedParts(
  { cachedTokens = 0, blockTokens = 0, history }: Pick<Load, 'cachedTokens' | 'blockTokens' | 'history'>,
  promptTokens: number,
  spread = 0,
): readonly { readonly weight: number; readonly cachedTokens: number }[] {
  if (history === undefined || history.share === 0 || blockTokens === 0) return [{ weight: 1, cachedTokens }];
  const found = Math.max(cachedTokens, foundTokens(promptTokens, history, blockTokens, spread));
  return [
    { weight: 1 - history.share, cachedTokens },
    { weight: history.share, cachedTokens: found },
  ];
}

/** Standard deviations between the lengths that `lognormalNodes` has for all. */
const NODES_APART = 1.36;

/** Standard deviations between those that `lognormalQuantiles` has. */
const QUANTILES_APART = 0.25;

/** Lengths that stand for all: nodes for what grows with the length, quantiles for what jumps. */
export type LengthPoints = 'nodes' | 'quantiles';

/** Prompts of all lengths, by what they find. */
export function cachedNodes(
  load: Pick<Load, 'inputTokens' | 'inputVariation' | 'cachedTokens' | 'blockTokens' | 'history'>,
  of: LengthPoints = 'nodes',
): readonly { readonly weight: number; readonly tokens: number; readonly cachedTokens: number }[] {
  const { inputTokens, inputVariation = 0 } = load;
  const [points, between] =
    of === 'nodes' ? [lognormalNodes, NODES_APART] : [lognormalQuantiles, QUANTILES_APART];
  const apart = between * Math.sqrt(Math.log(1 + inputVariation));
  return points(inputTokens, inputVariation).flatMap(({ value, weight }) =>
    cachedParts(load, value, apart).map((part) => ({
      weight: weight * part.weight,
      tokens: value,
      cachedTokens: part.cachedTokens,
    })),
  );
}

/** Prompt tokens found, on average over all prompts. */
export const meanCachedTokens = (load: Parameters<typeof cachedNodes>[0]): number =>
  cachedNodes(load).reduce((sum, { weight, cachedTokens }) => sum + weight * cachedTokens, 0);
