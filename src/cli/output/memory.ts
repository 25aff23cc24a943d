import * as z from 'zod';

const gib = z.number();
const count = z.int();

/** What `memory` prints: where the memory of one GPU goes, and the pool it leaves. */
export const memorySchema = z.strictObject({
  fits: z.boolean(),
  /** Why not; empty when it fits. */
  reasons: z.array(z.string()),
  vllmVersion: z.string(),
  weightsGiB: gib,
  /** Room for LoRA adapters; absent without any. */
  adaptersGiB: gib.optional(),
  kvCacheGiB: gib,
  peakActivationGiB: gib,
  cudaGraphGiB: gib,
  otherGiB: gib,
  marginGiB: gib,
  blockTokens: count,
  pageBytes: count,
  poolBlockBytes: z.number(),
  poolBlocks: count,
  attentionBytesPerToken: z.number(),
  blocksPerMaxLenSequence: count,
  /** As vLLM logs "GPU KV cache size". */
  kvCacheTokensLogged: z.number().nullable(),
  maxConcurrency: z.number(),
  maxNumSeqsLimit: count,
  hostRamGiB: gib,
  diskGiB: gib.nullable(),
});
export type MemoryOutput = z.infer<typeof memorySchema>;
