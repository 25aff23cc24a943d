import type { Architecture } from '../models/architecture';
import { FAMILY } from '../models/architecture';
import { bytesPerParam, type Checkpoint, type CheckpointKey } from '../models/checkpoints';
import { type Part, type Sharding, tensorInventory } from '../models/inventory';
import { type Layout, tensorParallelOnly } from './layout';
import { type PipelineStage, pipelineStages } from './pipeline';

export interface LoadOptions {
  /** Load the MTP draft layer (only with a speculative config). */
  readonly mtp: boolean;
  /** Load the vision tower (off with `--language-model-only`). */
  readonly vision: boolean;
  /** Before 0.33 every pipeline rank holds the vision tower, then only the first. */
  readonly visionOnEveryStage: boolean;
}

/** Bytes of one part of the model, by how it is divided over GPUs. */
type ShardedBytes = Record<Sharding, number>;
type PartBytes = Readonly<Record<Part, Readonly<ShardedBytes>>>;

const PARTS: readonly Part[] = [
  'embedding',
  'lm-head',
  'full-attention-layers',
  'gdn-layers',
  'ffn',
  'final',
  'mtp',
  'vision',
];

/** Cos/sin cache inside the loads that logs report: they are all from releases with four positions per position. */
const LOGGED_ROPE_CACHE_BYTES = FAMILY.maxPositionEmbeddings * 4 * FAMILY.rotaryDim * 2;

const cache = new WeakMap<Checkpoint, WeakMap<Architecture, PartBytes | null>>();

/**
 * Bytes of every part of a checkpoint, or null when its size is unknown. The rule is exact for the official
 * checkpoints (scale 1 within 1e-6); ones that mix precisions in their own way are scaled to their measured size.
 */
function partBytes(architecture: Architecture, checkpoint: Checkpoint): PartBytes | null {
  let byArchitecture = cache.get(checkpoint);
  if (!byArchitecture) {
    byArchitecture = new WeakMap();
    cache.set(checkpoint, byArchitecture);
  }
  let bytes = byArchitecture.get(architecture);
  if (bytes === undefined) {
    const rule = ruleBytes(architecture, checkpoint.key);
    const scale = scaleToMeasured(rule, architecture, checkpoint);
    bytes = scale === null ? null : scaled(rule, scale);
    byArchitecture.set(architecture, bytes);
  }
  return bytes;
}

function ruleBytes(architecture: Architecture, key: CheckpointKey): PartBytes {
  const parts = Object.fromEntries(PARTS.map((part) => [part, nothing()])) as Record<Part, ShardedBytes>;
  for (const group of tensorInventory(architecture)) {
    parts[group.part][group.sharding] += group.params * bytesPerParam(key, group, architecture.moe === null);
  }
  return parts;
}

const nothing = (): ShardedBytes => ({
  sharded: 0,
  replicated: 0,
  'kv-heads': 0,
  experts: 0,
  'shared-expert': 0,
});

function scaled(parts: PartBytes, scale: number): PartBytes {
  const scaleAll = (bytes: ShardedBytes): ShardedBytes =>
    Object.fromEntries(
      Object.entries(bytes).map(([sharding, value]) => [sharding, value * scale]),
    ) as ShardedBytes;
  return Object.fromEntries(PARTS.map((part) => [part, scaleAll(parts[part])])) as Record<Part, ShardedBytes>;
}

function scaleToMeasured(rule: PartBytes, a: Architecture, checkpoint: Checkpoint): number | null {
  if (checkpoint.loadedBytesPerGpu) {
    const { tp, bytes, mtp = false } = checkpoint.loadedBytesPerGpu;
    const layout = tensorParallelOnly(tp);
    const load = { mtp, vision: true, visionOnEveryStage: true };
    const stage = pipelineStages(a, layout)[0]!;
    return (bytes - LOGGED_ROPE_CACHE_BYTES) / stageBytes(rule, a, layout, stage, load);
  }
  if (checkpoint.tensorBytes === null) return null;
  const whole = PARTS.reduce((sum, part) => sum + Object.values(rule[part]).reduce((x, y) => x + y, 0), 0);
  return checkpoint.tensorBytes / whole;
}

/** Bytes of one part on one GPU. */
function perGpu(bytes: Readonly<ShardedBytes>, a: Architecture, layout: Layout): number {
  const { tensorParallel: tp, dataParallel: dp, expertParallel } = layout;
  // With sequence-parallel MoE (expert, tensor and data parallelism together) every GPU holds the shared expert
  // (vLLM 0.33.0 `config/parallel.py:768 use_sequence_parallel_moe`).
  const sharedExpertSplit = expertParallel && tp > 1 && dp > 1 ? 1 : tp;
  const experts = a.moe?.experts ?? 1;
  // By expert, the first ranks hold the remainder; by width, the split is even.
  const expertShare = expertParallel ? Math.ceil(experts / (tp * dp)) / experts : 1 / (tp * dp);
  return (
    bytes.replicated +
    bytes.sharded / tp +
    bytes['kv-heads'] / Math.min(tp, a.kvHeads) +
    bytes['shared-expert'] / sharedExpertSplit +
    bytes.experts * expertShare
  );
}

function stageBytes(
  parts: PartBytes,
  a: Architecture,
  layout: Layout,
  stage: PipelineStage,
  load: LoadOptions,
): number {
  const on = (part: Part): number => perGpu(parts[part], a, layout);
  // The embedding is on every stage; a drafter behind a pipeline keeps one more (vLLM qwen3_5.py, qwen3_5_mtp.py).
  let bytes = on('embedding');
  bytes += (on('full-attention-layers') * stage.fullAttentionLayers) / a.fullAttentionLayers;
  bytes += (on('gdn-layers') * stage.linearAttentionLayers) / a.linearAttentionLayers;
  bytes += (on('ffn') * stage.layers) / a.layers;
  if (stage.last) bytes += on('lm-head') + on('final');
  if (stage.last && load.mtp) bytes += on('mtp') + (layout.pipelineParallel > 1 ? on('embedding') : 0);
  if (load.vision && (stage.first || load.visionOnEveryStage)) bytes += on('vision');
  return bytes;
}

/**
 * Bytes of weights on one GPU of a pipeline stage, or null when the checkpoint's size is unknown. With the M-RoPE
 * cache (rope.ts) this is "Model loading took" in vLLM's log: within 0.03 GiB of the clearly identified loads
 * (qwen35.md section 3).
 */
export function weightBytesOnStage(
  architecture: Architecture,
  checkpoint: Checkpoint,
  layout: Layout,
  stage: PipelineStage,
  load: LoadOptions,
): number | null {
  const parts = partBytes(architecture, checkpoint);
  return parts === null ? null : stageBytes(parts, architecture, layout, stage, load);
}

/** Tensor bytes on disk, or null when unknown; from the logged load where only that is known. */
export function checkpointBytes(architecture: Architecture, checkpoint: Checkpoint): number | null {
  if (checkpoint.tensorBytes !== null) return checkpoint.tensorBytes;
  const parts = partBytes(architecture, checkpoint);
  if (parts === null) return null;
  return PARTS.reduce((sum, part) => sum + Object.values(parts[part]).reduce((x, y) => x + y, 0), 0);
}
