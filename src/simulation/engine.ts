import type { ChunkRules } from '../vllm/prefill-chunk';
import type { KvGeometry } from './kv-cache';
import type { StepTimer } from './step-timer';

/** One engine as its scheduler sees it. */
export interface Engine {
  readonly timer: StepTimer;
  readonly maxNumSeqs: number;
  readonly kv: KvGeometry;
  readonly chunks: ChunkRules;
  /** Output tokens a sequence gains per decode step: 1 without drafts, their mean acceptance with. */
  readonly tokensPerStep: number;
}
