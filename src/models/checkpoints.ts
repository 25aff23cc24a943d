import type { TensorGroup } from './inventory';

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

const BF16_BYTES = 2;
/** e4m3 and a BF16 scale per 128x128 block. */
const FP8_BYTES = 1 + 2 / (128 * 128);

/**
 * Bytes per parameter of a group of tensors (qwen35.md section 3). FP8 quantises every matrix but embeddings, router
 * and the small GDN inputs, the draft layer's too. Four-bit checkpoints leave the draft layer in BF16 and, of a
 * mixture of experts, quantise the routed experts only; NVFP4 of a dense model has a four-bit MLP and FP8 attention.
 */
export function bytesPerParam(
  key: CheckpointKey,
  group: Pick<TensorGroup, 'part' | 'tensorClass' | 'sharding'>,
  dense: boolean,
): number {
  const { tensorClass } = group;
  if (tensorClass === 'unquantised' || key === 'bf16') return BF16_BYTES;
  if (key === 'fp8') return FP8_BYTES;
  if (group.part === 'mtp') return BF16_BYTES;
  if (tensorClass === 'routed-experts' || (dense && tensorClass === 'mlp')) return fourBitBytes(key);
  return dense && key === 'nvfp4' ? FP8_BYTES : BF16_BYTES;
}

/** GPTQ: FP16 scale and 4-bit zero per 128; AWQ (the known community checkpoint): per 32; NVFP4: FP8 scale per 16. */
function fourBitBytes(key: 'gptq-int4' | 'awq-int4' | 'nvfp4'): number {
  if (key === 'nvfp4') return 0.5 + 1 / 16;
  return 0.5 + 2.5 / (key === 'gptq-int4' ? 128 : 32);
}
