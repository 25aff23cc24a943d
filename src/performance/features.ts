import type { Gpu } from '../hardware/gpus';
import { precisionSupport } from '../hardware/precision';
import { type Architecture, FAMILY } from '../models/architecture';
import type { CheckpointKey } from '../models/checkpoints';
import type { Layout } from '../vllm/layout';

/** Groups of GPUs that share correction factors: Hopper is the reference. */
export type GpuClass = 'hopper' | 'ampere' | 'ada' | 'blackwell-dc' | 'blackwell-rtx';

/**
 * What the step-time model needs to know of one model on one GPU of a layout. SI units: bytes, FLOP, seconds; per
 * GPU of one data-parallel rank. Symbols of performance-model.md section 2 in brackets.
 */
export interface StepFeatures {
  readonly gpuClass: GpuClass;
  readonly tensorParallel: number;
  readonly dataParallel: number;
  /** Weights read every step: attention, GDN, dense MLP, shared experts, router [Wd]. */
  readonly denseWeightBytes: number;
  readonly headWeightBytes: number;
  /** All routed experts of this GPU [We]. */
  readonly expertWeightBytes: number;
  /** FLOP per token by tensor-core class, dense part [F16 F8 F4] and active experts [E16 E8 E4]. */
  readonly denseFlop: { readonly bf16: number; readonly fp8: number; readonly fp4: number };
  readonly expertFlop: { readonly bf16: number; readonly fp8: number; readonly fp4: number };
  readonly headFlop: number;
  /** Experts are four-bit weights unpacked in the kernel [pw4]. */
  readonly expertsWeightOnlyInt4: boolean;
  readonly experts: number;
  readonly activeExperts: number;
  readonly kvBytesPerToken: number;
  /** KV bytes per token of sliding-window layers; 0 in the Qwen3.5 family. */
  readonly slidingKvBytesPerToken: number;
  /** GDN state read and written per sequence and step [st]. */
  readonly stateBytesPerSequence: number;
  /** Attention FLOP per token of context and query token [aF]. */
  readonly attentionFlop: number;
  /** GDN layers x value heads on this GPU [G_h]. */
  readonly gdnHeadLayers: number;
  readonly attentionLayers: number;
  readonly gdnLayers: number;
  readonly layers: number;
  readonly moeLayers: number;
  readonly hiddenSize: number;
  readonly memoryBandwidth: number;
  readonly peakFlops: { readonly bf16: number; readonly fp8: number; readonly fp4: number };
  readonly nvlink: boolean;
  /** One direction, bytes per second. */
  readonly linkBandwidth: number;
  /** Draft tokens per step. */
  readonly mtpTokens: number;
}

export function gpuClassOf(gpu: Gpu): GpuClass {
  const { computeCapability: cc } = gpu;
  if (cc >= 12) return 'blackwell-rtx';
  if (cc >= 10) return 'blackwell-dc';
  if (cc >= 9) return 'hopper';
  return cc >= 8.9 ? 'ada' : 'ampere';
}

const PCIE_BYTES_PER_SECOND: Readonly<Record<string, number>> = { '3': 16e9, '4': 32e9, '5': 64e9, '6': 64e9 };

function linkOf(gpu: Gpu): { nvlink: boolean; linkBandwidth: number } {
  if (gpu.nvlinkGBpsBidirectional > 0) return { nvlink: true, linkBandwidth: (gpu.nvlinkGBpsBidirectional / 2) * 1e9 };
  const generation = /Gen(\d)/.exec(gpu.pcie)?.[1] ?? '4';
  return { nvlink: false, linkBandwidth: PCIE_BYTES_PER_SECOND[generation] ?? 32e9 };
}

/** Bytes per parameter and tensor-core class of the three weight groups of a checkpoint. */
type WeightClass = 'bf16' | 'fp8' | 'fp4';
interface GroupPrecision {
  readonly bytes: number;
  readonly flopClass: WeightClass;
}
interface PrecisionMap {
  readonly attention: GroupPrecision;
  readonly mlp: GroupPrecision;
  readonly experts: GroupPrecision;
  readonly int4Experts: boolean;
}

const BF16: GroupPrecision = { bytes: 2, flopClass: 'bf16' };
const W4A16: GroupPrecision = { bytes: 0.53125, flopClass: 'bf16' };

/** Precision maps of performance-model.md section 2.1; a format the GPU lacks computes in BF16. */
function precisionMap(architecture: Architecture, checkpoint: CheckpointKey, gpu: Gpu): PrecisionMap {
  const native = precisionSupport(gpu, checkpoint).how === 'native';
  const fp8: GroupPrecision = { bytes: 1, flopClass: gpu.fp8Tflops === null ? 'bf16' : 'fp8' };
  const nvfp4: GroupPrecision = { bytes: 0.5625, flopClass: native ? 'fp4' : 'bf16' };
  switch (checkpoint) {
    case 'bf16':
      return { attention: BF16, mlp: BF16, experts: BF16, int4Experts: false };
    case 'fp8':
      return { attention: fp8, mlp: fp8, experts: fp8, int4Experts: false };
    case 'nvfp4':
      return architecture.moe === null
        ? { attention: fp8, mlp: nvfp4, experts: nvfp4, int4Experts: false }
        : { attention: BF16, mlp: BF16, experts: nvfp4, int4Experts: false };
    case 'gptq-int4':
    case 'awq-int4':
      return { attention: BF16, mlp: architecture.moe === null ? W4A16 : BF16, experts: W4A16, int4Experts: true };
  }
}

/** Features of a model on a GPU; `kvBytes` is 1 for an FP8 KV cache, 2 otherwise. */
export function stepFeatures(
  architecture: Architecture,
  checkpoint: CheckpointKey,
  gpu: Gpu,
  layout: Layout,
  engine: { readonly kvBytes: 1 | 2; readonly mtpTokens: number },
): StepFeatures {
  const a = architecture;
  const { headDim, linearHeadDim, vocabSize } = FAMILY;
  const tp = layout.tensorParallel;
  const map = precisionMap(a, checkpoint, gpu);
  const keySize = a.linearKeyHeads * linearHeadDim;
  const valueSize = a.linearValueHeads * linearHeadDim;

  const attention =
    a.fullAttentionLayers *
    (a.hiddenSize * a.attentionHeads * headDim * 2 + 2 * a.hiddenSize * a.kvHeads * headDim + a.attentionHeads * headDim * a.hiddenSize);
  const gdn = a.linearAttentionLayers * (a.hiddenSize * (2 * keySize + 2 * valueSize) + valueSize * a.hiddenSize);
  const gdnSmall = a.linearAttentionLayers * a.hiddenSize * 2 * a.linearValueHeads;
  const mlp = a.layers * 3 * a.hiddenSize * (a.moe?.sharedExpertSize ?? a.denseFfnSize ?? 0);
  const router = a.layers * a.hiddenSize * (a.moe?.experts ?? 0);
  const expert = a.layers * 3 * a.hiddenSize * (a.moe?.expertSize ?? 0);

  const denseFlop = { bf16: 0, fp8: 0, fp4: 0 };
  denseFlop[map.attention.flopClass] += (2 * (attention + gdn)) / tp;
  denseFlop[map.mlp.flopClass] += (2 * mlp) / tp;
  denseFlop.bf16 += (2 * (gdnSmall + router)) / tp;
  const expertFlop = { bf16: 0, fp8: 0, fp4: 0 };
  expertFlop[map.experts.flopClass] += (2 * expert * (a.moe?.activeExperts ?? 0)) / tp;

  const bf16Peak = (gpu.bf16Tflops ?? gpu.fp16Tflops ?? 0) * 1e12;
  const fp8Peak = gpu.fp8Tflops === null ? bf16Peak : gpu.fp8Tflops * 1e12;
  return {
    gpuClass: gpuClassOf(gpu),
    tensorParallel: tp,
    dataParallel: layout.dataParallel,
    denseWeightBytes: ((attention + gdn) * map.attention.bytes + mlp * map.mlp.bytes + (gdnSmall + router) * 2) / tp,
    headWeightBytes: (2 * a.hiddenSize * vocabSize) / tp,
    expertWeightBytes: (expert * (a.moe?.experts ?? 0) * map.experts.bytes) / (tp * layout.dataParallel),
    denseFlop,
    expertFlop,
    headFlop: (2 * a.hiddenSize * vocabSize) / tp,
    expertsWeightOnlyInt4: map.int4Experts && a.moe !== null,
    experts: a.moe?.experts ?? 1,
    activeExperts: a.moe?.activeExperts ?? 1,
    kvBytesPerToken: a.fullAttentionLayers * 2 * Math.max(1, a.kvHeads / tp) * headDim * engine.kvBytes,
    slidingKvBytesPerToken: 0,
    stateBytesPerSequence:
      a.linearAttentionLayers *
      ((a.linearValueHeads / tp) * linearHeadDim * linearHeadDim * 4 * 2 + ((2 * keySize + valueSize) / tp) * 3 * 2 * 2),
    attentionFlop: (a.fullAttentionLayers * 4 * a.attentionHeads * headDim) / tp,
    gdnHeadLayers: (a.linearAttentionLayers * a.linearValueHeads) / tp,
    attentionLayers: a.fullAttentionLayers,
    gdnLayers: a.linearAttentionLayers,
    layers: a.layers,
    moeLayers: a.moe === null ? 0 : a.layers,
    hiddenSize: a.hiddenSize,
    memoryBandwidth: gpu.memoryBandwidthGBps * 1e9,
    peakFlops: { bf16: bf16Peak, fp8: fp8Peak, fp4: gpu.fp4Tflops === null ? fp8Peak : gpu.fp4Tflops * 1e12 },
    ...linkOf(gpu),
    mtpTokens: engine.mtpTokens,
  };
}
