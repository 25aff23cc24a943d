import { alignedChunk, type ChunkRequest, exportsCheckpoint } from '../vllm/prefill-chunk';
import type { Engine } from './engine';
import type { RequestTable } from './request-table';
import type { Sequences } from './sequences';

/** Cuts the prompts of running requests into chunks, by the rules of the engine's cache mode. */
export class ChunkCutter {
  constructor(
    private readonly engine: Engine,
    private readonly requests: RequestTable,
    private readonly sequences: Sequences,
  ) {}

  /** Tokens of the request that this step computes, 0 for none. */
  chunkOf(request: number, budget: number): number {
    const { computed, total } = this.sequences;
    const tokens = Math.min(total[request]! - computed[request]!, budget);
    if (tokens <= 0) return 0;
    return this.engine.kv.aligned ? alignedChunk(this.describe(request), tokens, this.engine.chunks) : tokens;
  }

  /** Whether a chunk up to `end` saves one more GDN state from within. */
  checkpointIn(request: number, end: number): boolean {
    const { internalCheckpoints, blockTokens } = this.engine.chunks;
    return internalCheckpoints && exportsCheckpoint(this.describe(request), end, blockTokens);
  }

  private describe(request: number): ChunkRequest {
    const { computed, total, junction } = this.sequences;
    return {
      start: computed[request]!,
      total: total[request]!,
      promptTokens: this.requests.inputTokens[request]!,
      junction: junction[request]!,
    };
  }
}
