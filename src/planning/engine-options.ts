import { type Gpu, usableMemory } from '../hardware/gpus';
import { adaptersOf } from '../requirements/adapters';
import { USUAL_SIZING } from '../requirements/sizing';
import { utilisationsFor } from '../vllm/choose';
import type { Layout } from '../vllm/layout';
import type { KvCacheDtype } from '../vllm/pool';
import { batchDefaults } from '../vllm/releases';
import type { PlanningContext } from './candidate';

/** Engine settings that are searched over; the number of sequences follows from memory. */
export interface EngineOption {
  readonly kvCacheDtype: KvCacheDtype;
  /** Draft tokens a step; 0 without MTP. */
  readonly mtpTokens: number;
  readonly prefixCaching: boolean;
  readonly maxNumBatchedTokens: number;
  readonly gpuMemoryUtilization: number;
  /** What goes beyond the engine's usual settings, for people; a plan without is simpler. */
  readonly extras: readonly string[];
}

const SMALL_BATCHED_TOKENS = 2048;
/** More draft tokens are accepted ever more rarely, and five or more crash (vLLM known problems). */
const DRAFT_TOKENS = [0, 2];
/** FP8 arithmetic of the attention kernels starts with Ada. */
const FP8_KV_FROM = 8.9;

/**
 * The settings to try on a GPU, the simplest first. None of them depends on the load or on the latency wanted:
 * that is what makes the best cost never rise when a requirement is relaxed.
 */
export function engineOptions(
  gpu: Gpu,
  layout: Layout,
  { release, requirements }: PlanningContext,
): EngineOption[] {
  const { fp8KvCache, mtp } = requirements.sizing ?? USUAL_SIZING;
  const usableGiB = usableMemory(gpu).gib;
  const { usual, highest } = utilisationsFor(release, layout, usableGiB);
  const batched = batchDefaults(release, { id: gpu.id, usableGiB }).maxNumBatchedTokens;
  const options: EngineOption[] = [];
  // Drafts come from the base model, and what an adapter accepts of them nobody has measured.
  const drafts = mtp && adaptersOf(requirements).length === 0 ? DRAFT_TOKENS : [0];
  for (const mtpTokens of drafts) {
    for (const kvCacheDtype of fp8KvCache && gpu.computeCapability >= FP8_KV_FROM
      ? (['auto', 'fp8'] as const)
      : (['auto'] as const)) {
      for (const gpuMemoryUtilization of highest > usual ? [usual, highest] : [usual]) {
        for (const maxNumBatchedTokens of new Set([batched, Math.min(batched, SMALL_BATCHED_TOKENS)])) {
          options.push({
            kvCacheDtype,
            mtpTokens,
            // Together they corrupt output (vllm#53912).
            prefixCaching: release.hybridPrefixCachingDefault && mtpTokens === 0,
            maxNumBatchedTokens,
            gpuMemoryUtilization,
            extras: [
              ...(kvCacheDtype === 'fp8' ? ['FP8 KV cache'] : []),
              ...(mtpTokens > 0 ? ['MTP drafting'] : []),
              ...(gpuMemoryUtilization > usual ? ['a raised memory ceiling'] : []),
            ],
          });
        }
      }
    }
  }
  return options.sort((a, b) => a.extras.length - b.extras.length);
}
