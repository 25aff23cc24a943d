import { type Architecture, FAMILY } from '../models/architecture';
import { type Layout, tensorParallelOnly } from './layout';
import { type PipelineStage, wholeModel } from './pipeline';
import { compareVersions } from './version';

/** The first release whose source was read for adapters on Qwen3.5 (0.33.0 `lora/`, `models/qwen3_5.py`). */
const ADAPTERS_FROM = '0.33.0';

/** What `--max-lora-rank` takes (0.33.0 `config/lora.py MaxLoRARanks`). */
const RANKS = [1, 8, 16, 32, 64, 128, 256, 320, 512] as const;
const BYTES = 2; // lora_dtype auto: that of the model, BF16

/**
 * `projections`: those of attention, GDN, dense MLP and shared expert, what PEFT's `all-linear` adapts. `all`: routed experts, router,
 * embedding and head too; PEFT reaches experts, which are no linear modules there, only where asked (`target_parameters`).
 */
export const ADAPTER_LAYERS = ['projections', 'all'] as const;
export type AdapterLayers = (typeof ADAPTER_LAYERS)[number];

/**
 * `--lora-target-modules` for `projections`, by vLLM's own names of the fused layers. `expert_gate` is the shared expert's name for
 * `shared_expert_gate`: it computes through that one, which is only wrapped where both are named (models/qwen3_next.py).
 */
export const PROJECTION_MODULES = [
  ...['qkv_proj', 'o_proj', 'in_proj_qkv', 'in_proj_z', 'in_proj_ba', 'out_proj'],
  ...['gate_up_proj', 'down_proj', 'shared_expert_gate', 'expert_gate'],
] as const;

/** The same by the names that adapters use (0.33.0 `models/qwen3_5.py packed_modules_mapping`). */
export const PROJECTIONS_IN_ADAPTERS = [
  ...['q_proj', 'k_proj', 'v_proj', 'o_proj', 'in_proj_qkv', 'in_proj_z'],
  ...['in_proj_b', 'in_proj_a', 'out_proj', 'gate_proj', 'up_proj', 'down_proj', 'shared_expert_gate'],
] as const;

/** Room for LoRA adapters on every GPU, used or not. */
export interface AdapterRoom {
  readonly layers: AdapterLayers;
  /** Adapters that one batch may mix: `--max-loras`. */
  readonly slots: number;
  /** `--max-lora-rank`: every slot is as large. */
  readonly maxRank: number;
}

/** The room that adapters of these ranks need, `slots` of them at once. @throws RangeError for a rank beyond vLLM's */
export function adapterRoom(
  ranks: readonly number[],
  slots: number,
  layers: AdapterLayers,
): AdapterRoom | null {
  if (slots === 0) return null;
  const largest = Math.max(...ranks);
  const maxRank = RANKS.find((rank) => rank >= largest);
  if (maxRank === undefined) throw new RangeError(`vLLM has no LoRA rank of ${largest}`);
  return { layers, slots, maxRank };
}

/**
 * A linear layer with a pair of LoRA matrices beside it, on one GPU: A is `slices` x rank x `inputs`, B `outputs` x rank.
 * A fused projection has an A for each of its slices; A of a column-parallel layer, and B of a row-parallel one, is whole
 * on every GPU (`fully_sharded_loras` off).
 */
export interface AdaptedLayer {
  readonly part: 'embedding' | 'logits' | 'full-attention-layers' | 'gdn-layers' | 'ffn';
  readonly slices: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Experts of this GPU, each with a pair of its own; 1 elsewhere. */
  readonly experts: number;
  readonly projection: boolean;
}

/** The layers that vLLM 0.33.0 wraps (`lora/model_manager.py _create_lora_modules`: all that are linear), once a part. */
export function adaptedLayers(a: Architecture, layout: Layout, layers: AdapterLayers): AdaptedLayer[] {
  const { tensorParallel: tp } = layout;
  const { headDim, linearHeadDim, convKernel, vocabSize } = FAMILY;
  const h = a.hiddenSize;
  const attention = (a.attentionHeads * headDim) / tp;
  const kv = Math.max(1, a.kvHeads / tp) * headDim;
  const key = (a.linearKeyHeads * linearHeadDim) / tp;
  const value = (a.linearValueHeads * linearHeadDim) / tp;
  const all = [
    other('embedding', 1, vocabSize, h),
    other('logits', 1, h, vocabSize),
    projection('full-attention-layers', 3, h, 2 * attention + 2 * kv), // q (with its gate), k, v
    projection('full-attention-layers', 1, attention, h),
    projection('gdn-layers', 3, h, 2 * key + value), // in_proj_qkv
    projection('gdn-layers', 1, h, value), // in_proj_z
    projection('gdn-layers', 2, h, (2 * a.linearValueHeads) / tp), // in_proj_b, in_proj_a
    other('gdn-layers', 1, convKernel, 2 * key + value), // conv1d, linear by class only
    projection('gdn-layers', 1, value, h),
    ...feedForward(a, layout),
  ];
  return layers === 'all' ? all : all.filter((layer) => layer.projection);
}

type Maker = (part: AdaptedLayer['part'], slices: number, inputs: number, outputs: number) => AdaptedLayer;
const projection: Maker = (part, slices, inputs, outputs) => ({
  ...{ part, slices, inputs, outputs },
  experts: 1,
  projection: true,
});
const other: Maker = (...shape) => ({ ...projection(...shape), projection: false });

function feedForward(a: Architecture, layout: Layout): AdaptedLayer[] {
  const { tensorParallel: tp, dataParallel: dp, expertParallel } = layout;
  const h = a.hiddenSize;
  const gated = (width: number): AdaptedLayer[] => [
    projection('ffn', 2, h, 2 * width),
    projection('ffn', 1, width, h),
  ];
  if (a.moe === null) return gated((a.denseFfnSize ?? 0) / tp);
  const { experts, expertSize, sharedExpertSize } = a.moe;
  const width = expertParallel ? expertSize : expertSize / (tp * dp);
  const here = expertParallel ? Math.ceil(experts / (tp * dp)) : experts;
  return [
    other('ffn', 1, h, experts), // router
    projection('ffn', 1, h, 1), // gate of the shared expert
    ...gated(sharedExpertSize / tp),
    // Fused on disk: one A for gate and up (`FusedMoE3DWithLoRA`).
    { ...other('ffn', 1, h, 2 * width), experts: here },
    { ...other('ffn', 1, width, h), experts: here },
  ];
}

/** How often a part stands on a stage of the pipeline. */
export const timesOn = (part: AdaptedLayer['part'], stage: PipelineStage): number => {
  switch (part) {
    case 'embedding':
      return 1; // on every stage (weights.ts)
    case 'logits':
      return stage.last ? 1 : 0;
    case 'full-attention-layers':
      return stage.fullAttentionLayers;
    case 'gdn-layers':
      return stage.linearAttentionLayers;
    case 'ffn':
      return stage.layers;
  }
};

/** Bytes of one adapter's matrices in a layer, on one GPU. */
export const pairBytes = ({ slices, inputs, outputs, experts }: AdaptedLayer, rank: number): number =>
  experts * rank * (slices * inputs + outputs) * BYTES;

/** Bytes that the slots take on one GPU of a stage: allocated in full when the model loads. */
export const adapterBytesOnStage = (
  a: Architecture,
  layout: Layout,
  stage: PipelineStage,
  { layers, slots, maxRank }: AdapterRoom,
): number =>
  slots *
  adaptedLayers(a, layout, layers).reduce(
    (sum, layer) => sum + timesOn(layer.part, stage) * pairBytes(layer, maxRank),
    0,
  );

/** Bytes of an adapter's file, at most: one that adapts fewer layers is smaller. */
export const adapterFileBytes = (a: Architecture, rank: number, layers: AdapterLayers): number =>
  adapterBytesOnStage(a, tensorParallelOnly(1), wholeModel(a), { layers, slots: 1, maxRank: rank });

/** Why adapters cannot be planned for a release, or null. */
export const adapterReleaseProblem = (version: string): string | null =>
  compareVersions(version, ADAPTERS_FROM) < 0
    ? `adapters are planned for vLLM ${ADAPTERS_FROM} and later, not ${version}: earlier releases place them differently`
    : null;

/** Why adapters of these layers cannot be served in a layout, or null (0.33.0 `lora/layers/fused_moe.py _ep_check`). */
export const adapterLayoutProblem = (
  { expertParallel, tensorParallel, dataParallel }: Layout,
  layers: AdapterLayers,
): string | null =>
  layers === 'all' && expertParallel && tensorParallel > 1 && dataParallel > 1
    ? 'LoRA adapters of experts need experts that tensor and data parallelism do not share (sequence-parallel MoE)'
    : null;
