import type { TensorClass } from './inventory';

/** Precisions a checkpoint comes in, best quality first. */
export const CHECKPOINT_KEYS = ['bf16', 'fp8', 'nvfp4', 'gptq-int4', 'awq-int4'] as const;
export type CheckpointKey = (typeof CHECKPOINT_KEYS)[number];

/**
 * How the size is known. `verified`: published or reproduced to the byte; `logged`: read in a vLLM log;
 * `computed`: by a rule that reproduces a sibling; `unknown`: the checkpoint exists, its size was not found.
 */
export type SizeEvidence = 'verified' | 'logged' | 'computed' | 'unknown';

export interface Checkpoint {
  readonly key: CheckpointKey;
  readonly hfId: string;
  /** Published by the Qwen team. */
  readonly official: boolean;
  /** Tensor bytes on disk, MTP and vision included; null when unknown. */
  readonly tensorBytes: number | null;
  /** Bytes per GPU right after loading, where a log gives them instead of a rule. */
  readonly loadedBytesPerGpu?: { readonly tp: number; readonly bytes: number; readonly mtp?: boolean };
  readonly evidence: SizeEvidence;
  readonly source: string;
}

/** Lowest precision a user accepts; every checkpoint at or above it is a candidate. */
export const QUALITY_FLOORS = ['bf16', 'fp8', 'int4'] as const;
export type QualityFloor = (typeof QUALITY_FLOORS)[number];

/** The quality class a checkpoint belongs to (NVFP4, GPTQ and AWQ are all four-bit). */
export function qualityOf(key: CheckpointKey): QualityFloor {
  return key === 'bf16' || key === 'fp8' ? key : 'int4';
}

/** Whether a checkpoint is at least as good as the floor. */
export function meetsQualityFloor(key: CheckpointKey, floor: QualityFloor): boolean {
  return QUALITY_FLOORS.indexOf(qualityOf(key)) <= QUALITY_FLOORS.indexOf(floor);
}

/**
 * Bytes per parameter of a tensor class in a checkpoint.
 * FP8: 1 + a BF16 scale per 128x128 block; GPTQ: 4 bits + FP16 scale and 4-bit zero per 128 (its int32 g_idx is
 * added by `checkpointBytes`); NVFP4: 4 bits + an FP8 scale per 16. Only routed experts are four-bit in the MoE
 * checkpoints (qwen35.md section 3).
 */
export function bytesPerParam(key: CheckpointKey, tensorClass: TensorClass): number {
  if (tensorClass === 'unquantised') return 2;
  switch (key) {
    case 'bf16':
      return 2;
    case 'fp8':
      return 1 + 2 / (128 * 128);
    case 'gptq-int4':
      return tensorClass === 'routed-experts' ? 0.5 + 2.5 / 128 : 2;
    case 'awq-int4':
      return tensorClass === 'routed-experts' ? 0.5 + 2.5 / 32 : 2; // the known community checkpoint uses groups of 32
    case 'nvfp4':
      return tensorClass === 'routed-experts' ? 0.5 + 1 / 16 : 2;
  }
}
