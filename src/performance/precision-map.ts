import type { Gpu } from '../hardware/gpus';
import { precisionSupport } from '../hardware/precision';
import type { CheckpointKey } from '../models/checkpoints';
import { LATEST_RELEASE, type Release } from '../vllm/releases';
import { compareVersions } from '../vllm/version';

export type TensorCoreClass = 'bf16' | 'fp8' | 'fp4';

/** Bytes per parameter and tensor-core class of a group of weights. */
export interface GroupPrecision {
  readonly bytes: number;
  readonly flopClass: TensorCoreClass;
}

/** How each group of weights of a checkpoint is stored and multiplied on a GPU. */
export interface PrecisionMap {
  readonly attention: GroupPrecision;
  readonly mlp: GroupPrecision;
  readonly experts: GroupPrecision;
  /** Experts are four-bit integers, unpacked in the kernel. */
  readonly int4Experts: boolean;
}

export const BF16: GroupPrecision = { bytes: 2, flopClass: 'bf16' };
/** Four bits and a 16-bit scale per 32 weights (AWQ, GPTQ, MXFP4). */
export const W4A16: GroupPrecision = { bytes: 0.53125, flopClass: 'bf16' };
const fp8On = (gpu: Gpu): GroupPrecision => ({
  bytes: 1,
  flopClass: gpu.fp8Tflops === null ? 'bf16' : 'fp8',
});
const MARLIN_BEFORE_TRITON = '0.29.0';
/**
 * Dense layers of Qwen's FP8 checkpoints, which are scaled in blocks. Below compute capability 9.0 CUTLASS has no kernel for
 * blocks, and the next one that fits is taken: Triton's on FP8 tensor cores, since 0.29.0 Marlin's, which unpacks to BF16
 * (vLLM 0.33.0 model_executor/kernels/linear/__init__.py:494-506, scaled_mm/marlin.py:36; vllm#52182, seen in vllm#58241).
 */
export const unpacksBlockFp8 = (gpu: Gpu, release: Pick<Release, 'version'>): boolean =>
  gpu.computeCapability < 9 && compareVersions(release.version, MARLIN_BEFORE_TRITON) >= 0;
/** Four bits and an 8-bit scale per 16 weights. */
export const NVFP4_BYTES = 0.5625;
/** Multiplied in BF16 before Blackwell. */
export const nvfp4On = (gpu: Gpu): GroupPrecision => ({
  bytes: NVFP4_BYTES,
  flopClass: precisionSupport(gpu, 'nvfp4').how === 'native' && gpu.fp4Tflops !== null ? 'fp4' : 'bf16',
});

/** Precision maps of performance-model.md section 2.1; a format that the GPU lacks computes in BF16. */
export function precisionMap(
  isMoe: boolean,
  checkpoint: CheckpointKey,
  gpu: Gpu,
  release: Pick<Release, 'version'> = LATEST_RELEASE,
): PrecisionMap {
  const fp8 = fp8On(gpu);
  const blockFp8: GroupPrecision = unpacksBlockFp8(gpu, release) ? { bytes: 1, flopClass: 'bf16' } : fp8;
  const nvfp4 = nvfp4On(gpu);
  switch (checkpoint) {
    case 'bf16':
      return { attention: BF16, mlp: BF16, experts: BF16, int4Experts: false };
    case 'fp8':
      return { attention: blockFp8, mlp: blockFp8, experts: fp8, int4Experts: false };
    case 'nvfp4':
      return isMoe
        ? { attention: BF16, mlp: BF16, experts: nvfp4, int4Experts: false }
        : { attention: fp8, mlp: nvfp4, experts: nvfp4, int4Experts: false };
    case 'gptq-int4':
    case 'awq-int4':
      return { attention: BF16, mlp: isMoe ? BF16 : W4A16, experts: W4A16, int4Experts: isMoe };
  }
}
