import type { Architecture } from '../models/architecture';
import { FAMILY } from '../models/architecture';
import { bytesPerParam, type Checkpoint, type CheckpointKey } from '../models/checkpoints';
import { type TensorGroup, tensorInventory } from '../models/inventory';
import type { Layout } from './layout';

export interface LoadOptions {
  /** Load the MTP draft layer (only with a speculative config). */
  readonly mtp: boolean;
  /** Load the vision tower (off with `--language-model-only`). */
  readonly vision: boolean;
}

const inventories = new WeakMap<Architecture, TensorGroup[]>();

function inventoryOf(architecture: Architecture): TensorGroup[] {
  let inventory = inventories.get(architecture);
  if (!inventory) {
    inventory = tensorInventory(architecture);
    inventories.set(architecture, inventory);
  }
  return inventory;
}

function shardShare(group: TensorGroup, architecture: Architecture, layout: Layout): number {
  const { tensorParallel, dataParallel } = layout;
  switch (group.sharding) {
    case 'replicated':
      return 1;
    case 'sharded':
      return 1 / tensorParallel;
    case 'kv-heads':
      return 1 / Math.min(tensorParallel, architecture.kvHeads);
    case 'experts':
      return 1 / (tensorParallel * dataParallel);
  }
}

/** Parts that one pipeline stage in the middle does not hold; the largest stage decides what must fit. */
const perLayer = (group: TensorGroup): boolean =>
  group.part === 'full-attention-layers' || group.part === 'gdn-layers' || group.part === 'ffn';

/** Bytes of one tensor group on the GPU that holds most of it. */
function groupBytes(group: TensorGroup, architecture: Architecture, key: CheckpointKey, layout: Layout): number {
  const pipelineShare = perLayer(group) ? Math.ceil(architecture.layers / layout.pipelineParallel) / architecture.layers : 1;
  return group.params * bytesPerParam(key, group.tensorClass) * shardShare(group, architecture, layout) * pipelineShare;
}

const wanted = (group: TensorGroup, load: LoadOptions): boolean =>
  group.part === 'mtp' ? load.mtp : group.part === 'vision' ? load.vision : true;

/** Bytes of the given precision rule on one GPU, before any correction by a log. */
function ruleBytes(architecture: Architecture, key: CheckpointKey, layout: Layout, load: LoadOptions): number {
  let bytes = FAMILY.mropeCacheBytes;
  for (const group of inventoryOf(architecture)) {
    if (wanted(group, load)) bytes += groupBytes(group, architecture, key, layout);
  }
  return bytes;
}

/**
 * Bytes on the fullest GPU right after loading ("Model loading took" in vLLM's log), or null when the checkpoint's
 * size is unknown. Source: qwen35.md section 3, within 0.03 GiB of the clearly identified logs.
 * Checkpoints that mix precisions in their own way (`logged`, community NVFP4) are scaled to their measured size.
 */
export function weightBytesPerGpu(
  architecture: Architecture,
  checkpoint: Checkpoint,
  layout: Layout,
  load: LoadOptions,
): number | null {
  const rule = ruleBytes(architecture, checkpoint.key, layout, load);
  if (checkpoint.loadedBytesPerGpu) {
    const { tp, bytes, mtp = false } = checkpoint.loadedBytesPerGpu;
    const logged = { tensorParallel: tp, pipelineParallel: 1, dataParallel: 1, expertParallel: false };
    return rule * (bytes / ruleBytes(architecture, checkpoint.key, logged, { mtp, vision: true }));
  }
  if (checkpoint.tensorBytes === null) return null;
  const whole = ruleBytes(architecture, checkpoint.key, { tensorParallel: 1, pipelineParallel: 1, dataParallel: 1, expertParallel: false }, { mtp: true, vision: true });
  const scale = checkpoint.tensorBytes / (whole - FAMILY.mropeCacheBytes);
  // The rule is exact for the official checkpoints (scale 1 within 1e-6); community ones follow their own recipe.
  return FAMILY.mropeCacheBytes + (rule - FAMILY.mropeCacheBytes) * scale;
}
