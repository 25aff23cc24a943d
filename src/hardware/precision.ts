import type { CheckpointKey } from '../models/checkpoints';
import type { Gpu } from './gpus';

/** How a GPU runs a checkpoint: natively, by unpacking weights in the kernel (Marlin), or not at all. */
export type PrecisionSupport =
  | { readonly how: 'native' | 'weight-only' }
  | { readonly how: 'impossible'; readonly reason: string };

const NATIVE_FROM: Readonly<Record<CheckpointKey, number>> = {
  bf16: 8.0,
  fp8: 8.9,
  nvfp4: 10.0,
  // Four-bit integer weights are always unpacked in the kernel: no tensor core multiplies them.
  'gptq-int4': Number.POSITIVE_INFINITY,
  'awq-int4': Number.POSITIVE_INFINITY,
};

/**
 * Precision support by GPU generation. FP8 on Ampere runs weight-only through Marlin with FP8 memory size (logs of
 * 27B-FP8 on RTX 3090); below compute capability 8.0 there is no BF16, which Qwen3.5 needs for everything unquantised.
 */
export function precisionSupport(gpu: Gpu, checkpoint: CheckpointKey): PrecisionSupport {
  if (gpu.computeCapability < 8.0) {
    return {
      how: 'impossible',
      reason: `${gpu.name} has no BF16 (compute capability ${gpu.computeCapability}, 8.0 needed)`,
    };
  }
  return { how: gpu.computeCapability >= NATIVE_FROM[checkpoint] ? 'native' : 'weight-only' };
}
