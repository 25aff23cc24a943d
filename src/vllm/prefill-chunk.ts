/** How the engine cuts prompts into chunks. */
export interface ChunkRules {
  readonly blockTokens: number;
  readonly maxNumBatchedTokens: number;
  /** GDN kernels that export a state from within a chunk (FlashInfer), so that the last boundary needs no cut. */
  readonly internalCheckpoints: boolean;
}

/** One request about to compute a part of its prompt. */
export interface ChunkRequest {
  /** Tokens computed so far, prefix-cache hits included. */
  readonly start: number;
  /** Tokens to compute before the next output token: the prompt, and after a preemption the output so far. */
  readonly total: number;
  readonly promptTokens: number;
  /** Where a prefix that others share ends without a cached GDN state; 0 for none. */
  readonly junction: number;
}

const floorTo = (tokens: number, block: number): number => tokens - (tokens % block);

/**
 * Tokens of a request that one step may compute, out of `tokens` that its budget allows. In cache mode "align" a
 * chunk ends where GDN state must be cached: at block boundaries, at the last boundary below the prompt's end, and
 * at a junction. vLLM 0.33.0 v1/core/sched/scheduler.py:546-662 `_mamba_block_aligned_split`, without sub-block hits
 * (`--prefix-match-unit`, off by default).
 */
export function alignedChunk(request: ChunkRequest, tokens: number, rules: ChunkRules): number {
  const { start, total, junction } = request;
  const { blockTokens } = rules;
  const prefillEnd = prefillEndOf(request);
  if (start >= prefillEnd) return tokens;
  let end = start + tokens;
  const internal = rules.internalCheckpoints && exportsCheckpoint(request, end, blockTokens);
  if (end < prefillEnd) {
    const alignedEnd = floorTo(end, blockTokens);
    if (alignedEnd > start || blockTokens <= rules.maxNumBatchedTokens) end = alignedEnd;
  }
  let stop = end;
  const cutAt = (position: number): void => {
    if (position > start && position < stop) stop = position;
  };
  if (!internal) {
    if (start % blockTokens !== 0) cutAt(floorTo(start, blockTokens) + blockTokens);
    cutAt(floorTo(total - 1, blockTokens));
  }
  cutAt(junction);
  return Math.max(stop - start, 0);
}

const prefillEndOf = ({ promptTokens, total }: ChunkRequest): number => Math.max(promptTokens, total - 1);

/**
 * Whether a chunk up to `end` saves the state of the last block boundary from within.
 * vllm/v1/kv_cache_interface.py:1189 `is_mamba_prefill_checkpoint_valid`.
 */
export function exportsCheckpoint(request: ChunkRequest, end: number, blockTokens: number): boolean {
  const prefillEnd = prefillEndOf(request);
  const checkpoint = floorTo(prefillEnd - 1, blockTokens);
  return (
    end >= prefillEnd &&
    request.start % blockTokens === 0 &&
    request.start + blockTokens <= checkpoint &&
    checkpoint < end &&
    Math.ceil(end / blockTokens) - 2 > Math.floor((request.start - 1) / blockTokens)
  );
}
