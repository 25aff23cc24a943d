import type { MoeShape } from '../models/architecture';
import type { CheckpointKey } from '../models/checkpoints';
import tuned from './data/tuned-experts.json';
import type { Layout } from './layout';

const TUNED: Readonly<Record<string, readonly string[]>> = tuned.expertsByWidth;

/**
 * Whether vLLM runs block-scaled FP8 experts with untuned tiles. On Hopper it prefers its Triton kernel unless experts are whole on
 * ranks (`fused_moe/oracle/fp8.py`, `_get_priority_backends`, the same in 0.25.1 and 0.33.0), whose tiles come from a file for the number of experts,
 * their width on a GPU and the GPU's name; without one it logs "Using default MoE config. Performance might be sub-optimal!"
 * (`fused_moe.py`, `get_moe_configs`). Seen on an H100 with 35B-A3B on 2026-11-27.
 */
export function lacksTunedExperts(
  gpuId: string,
  checkpoint: CheckpointKey,
  layout: Layout,
  moe: MoeShape | null,
): boolean {
  const known = TUNED[gpuId];
  if (moe === null || known === undefined || checkpoint !== 'fp8' || layout.expertParallel) return false;
  const width = moe.expertSize / (layout.tensorParallel * layout.dataParallel);
  return !known.includes(`${moe.experts}x${width}`);
}

/** What a user can do about it; a clause. */
export const TUNE_EXPERTS =
  "tune them once with vLLM's benchmarks/kernels/benchmark_moe.py and name the folder in VLLM_TUNED_CONFIG_FOLDER";
