import type { Images } from './step';

/** How requests arrive at one rank of one replica (a data-parallel rank, or one of the batches of a pipeline). */
export type Arrivals =
  /**
   * A fixed number of clients, each sending its next request when the last one ends; they have lost step with each other.
   * Of a run of `totalRequests` the first ones are a burst.
   */
  | {
      readonly kind: 'closed';
      readonly concurrency: number;
      readonly totalRequests?: number;
    }
  /** A fixed rate: at random, or evenly spaced (then nobody waits). */
  | { readonly kind: 'open'; readonly requestsPerSecond: number; readonly spacing: 'constant' | 'poisson' };

/** Prompts that find the conversation so far in the prefix cache; all others find what all have in common. */
export interface HistoryHits {
  /** Share of the prompts that find it. */
  readonly share: number;
  /** They find this share of their prompt, less so many tokens, in whole blocks. */
  readonly ofPrompt: number;
  readonly lessTokens: number;
}

export interface Load {
  readonly arrivals: Arrivals;
  readonly inputTokens: number;
  /** Prompt tokens found in the prefix cache (whole blocks): read as context, not computed. */
  readonly cachedTokens?: number;
  /** Prompts that find more than that; looked at for random arrivals only. */
  readonly history?: HistoryHits;
  /** The vision tower runs before them; their tokens are among the prompt's. */
  readonly images?: Images;
  readonly outputTokens: number;
  /** Sequences that the block pool and `max_num_seqs` admit at once. */
  readonly maxBatch: number;
  readonly maxNumBatchedTokens: number;
  /** Block of the prefix cache, where it is on: prompts are cut there. */
  readonly blockTokens?: number;
  /** GDN kernels that save the state of a block boundary from within a chunk. */
  readonly checkpointsWithin?: boolean;
  /** Squared coefficients of variation of the lengths; 0 when all are alike. */
  readonly inputVariation?: number;
  readonly outputVariation?: number;
}
