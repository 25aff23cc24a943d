import type { Gpu } from '../hardware/gpus';
import type { Architecture } from '../models/architecture';
import type { CheckpointKey } from '../models/checkpoints';
import type { Layout } from '../vllm/layout';
import type { Release } from '../vllm/releases';
import { NVFP4_BYTES, type PrecisionMap, precisionMap } from './precision-map';
import { type StepShape, shapeOf } from './shape';

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
  /** Pipeline stages: as many batches in flight, each passing all stages; per-layer figures are of the whole model. */
  readonly pipelineParallel: number;
  /** Weights read every step: attention, GDN, dense MLP, shared experts, router [Wd]. */
  readonly denseWeightBytes: number;
  /** Of those, the ones stored in NVFP4. */
  readonly denseFp4WeightBytes: number;
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
  /** MoE layers that also run a shared expert and its gate. */
  readonly sharedExpertLayers: number;
  readonly hiddenSize: number;
  readonly memoryBandwidth: number;
  readonly peakFlops: { readonly bf16: number; readonly fp8: number; readonly fp4: number };
  readonly nvlink: boolean;
  /** GPUs cannot reach each other's memory: transfers over PCIe pass through host memory. */
  readonly hostStaged: boolean;
  /** One direction, bytes per second. */
  readonly linkBandwidth: number;
  /** Between pipeline stages: the link inside a machine, the network card between machines. */
  readonly stageLinkBandwidth: number;
  /** Draft tokens per step. */
  readonly mtpTokens: number;
  /**
   * FLOP of the vision tower per prompt token that an image becomes, and per pair of those of one image (attention); 0
   * where it is not loaded or not known.
   */
  readonly visionFlop: number;
  readonly visionPairFlop: number;
  /** What room for LoRA adapters adds to every step, and to every token of it (adapters.ts); absent without. */
  readonly adapterStepSeconds?: number;
  readonly adapterTokenSeconds?: number;
}

/** Batches in flight at once: data-parallel ranks, each with one batch per pipeline stage. */
export const ranksOf = (f: StepFeatures): number => f.dataParallel * f.pipelineParallel;

/** Data-parallel ranks that hold each other's experts meet twice a MoE layer: they step together. */
export const waitsForOtherRanks = (f: Pick<StepFeatures, 'dataParallel' | 'moeLayers'>): boolean =>
  f.dataParallel > 1 && f.moeLayers > 0;

function gpuClassOf(gpu: Gpu): GpuClass {
  const { computeCapability: cc } = gpu;
  if (cc >= 12) return 'blackwell-rtx';
  if (cc >= 10) return 'blackwell-dc';
  if (cc >= 9) return 'hopper';
  return cc >= 8.9 ? 'ada' : 'ampere';
}

const PCIE_BYTES_PER_SECOND: Readonly<Record<string, number>> = {
  '3': 16e9,
  '4': 32e9,
  '5': 64e9,
  '6': 64e9,
};

/**
 * NVLink, or PCIe: directly between GPUs on RTX PRO 6000 (AWS enables peer-to-peer on G7e), through host memory on
 * the older inference cards (aws.md: vLLM turns its own all-reduce off there).
 */
function linkOf(gpu: Gpu): { nvlink: boolean; hostStaged: boolean; linkBandwidth: number } {
  if (gpu.nvlinkGBpsBidirectional > 0) {
    return { nvlink: true, hostStaged: false, linkBandwidth: (gpu.nvlinkGBpsBidirectional / 2) * 1e9 };
  }
  const generation = /Gen(\d)/.exec(gpu.pcie)?.[1] ?? '4';
  return {
    nvlink: false,
    hostStaged: gpu.computeCapability < 12,
    linkBandwidth: PCIE_BYTES_PER_SECOND[generation] ?? 32e9,
  };
}

/** Engine settings that change what a step reads. */
export interface EngineFeatures {
  /** 1 for an FP8 KV cache, 2 otherwise. */
  readonly kvBytes: 1 | 2;
  readonly mtpTokens: number;
  /** Network between machines (EFA), bytes per second one way, when pipeline stages are on different machines. */
  readonly networkBytesPerSecond?: number;
}

/** Settings and the release that runs them. */
export interface ReleasedEngine extends EngineFeatures {
  /** Decides which kernels multiply; the newest where it is not given. */
  readonly release?: Pick<Release, 'version'>;
}

/** Vision patches that merge into one prompt token (spatial merge 2 x 2, qwen35.md section 2). */
const PATCHES_PER_TOKEN = 4;

/** Features of a Qwen3.5-family model on a GPU. */
export function stepFeatures(
  architecture: Architecture,
  checkpoint: CheckpointKey,
  gpu: Gpu,
  layout: Layout,
  engine: ReleasedEngine,
): StepFeatures {
  const map = precisionMap(architecture.moe !== null, checkpoint, gpu, engine.release);
  const features = shapeFeatures(shapeOf(architecture), map, gpu, layout, engine);
  const { params, vision } = architecture;
  // The tower is split as the layers are (`--mm-encoder-tp-mode weights`, the default); all patches of an image attend to each other.
  const split = layout.tensorParallel;
  return {
    ...features,
    visionFlop: (2 * params.vision * PATCHES_PER_TOKEN) / split,
    visionPairFlop: (4 * vision.depth * vision.hiddenSize * PATCHES_PER_TOKEN ** 2) / split,
  };
}

/** Parameters of each group of weights, elements in the whole model. */
function parametersOf(s: StepShape) {
  const keySize = s.gdnKeyHeads * s.gdnHeadDim;
  const valueSize = s.gdnValueHeads * s.gdnHeadDim;
  const attentionLayers = s.fullAttentionLayers + s.slidingAttentionLayers;
  const query = s.hiddenSize * s.attentionHeads * s.headDim;
  return {
    attention:
      attentionLayers * (query * (s.gatedAttention ? 3 : 2) + 2 * s.hiddenSize * s.kvHeads * s.headDim),
    gdn: s.gdnLayers * (s.hiddenSize * (2 * keySize + 2 * valueSize) + valueSize * s.hiddenSize),
    gdnSmall: s.gdnLayers * s.hiddenSize * 2 * s.gdnValueHeads,
    mlp: s.layers * 3 * s.hiddenSize * s.ffnSize,
    router: s.layers * s.hiddenSize * (s.moe?.experts ?? 0),
    expert: s.layers * 3 * s.hiddenSize * (s.moe?.expertSize ?? 0),
    head: s.hiddenSize * s.vocabSize,
    convChannels: 2 * keySize + valueSize,
  };
}

const nvfp4Parameters = (p: ReturnType<typeof parametersOf>, map: PrecisionMap): number =>
  (map.mlp.bytes === NVFP4_BYTES ? p.mlp : 0) +
  (map.attention.bytes === NVFP4_BYTES ? p.attention + p.gdn : 0);

/**
 * With drafts every token, of prompts and answers, also passes the draft layer: one more full-attention layer. What further
 * drafts cost is `draftSeconds`.
 */
const withDraftLayer = (s: StepShape, { mtpTokens }: EngineFeatures): StepShape =>
  mtpTokens === 0 ? s : { ...s, layers: s.layers + 1, fullAttentionLayers: s.fullAttentionLayers + 1 };

/** Features of any transformer on a GPU; `map` says how its weights are stored and multiplied there. */
export function shapeFeatures(
  shape: StepShape,
  map: PrecisionMap,
  gpu: Gpu,
  layout: Layout,
  engine: EngineFeatures,
): StepFeatures {
  const s = withDraftLayer(shape, engine);
  const tp = layout.tensorParallel;
  const p = parametersOf(s);
  const denseFlop = { bf16: (2 * (p.gdnSmall + p.router)) / tp, fp8: 0, fp4: 0 };
  denseFlop[map.attention.flopClass] += (2 * (p.attention + p.gdn)) / tp;
  denseFlop[map.mlp.flopClass] += (2 * p.mlp) / tp;
  const expertFlop = { bf16: 0, fp8: 0, fp4: 0 };
  expertFlop[map.experts.flopClass] += (2 * p.expert * (s.moe?.activeExperts ?? 0)) / tp;

  const link = linkOf(gpu);
  const attentionLayers = s.fullAttentionLayers + s.slidingAttentionLayers;
  const layerKvBytes = 2 * Math.max(1, s.kvHeads / tp) * s.headDim * engine.kvBytes;
  const bf16Peak = (gpu.bf16Tflops ?? gpu.fp16Tflops ?? 0) * 1e12;
  const fp8Peak = gpu.fp8Tflops === null ? bf16Peak : gpu.fp8Tflops * 1e12;
  return {
    gpuClass: gpuClassOf(gpu),
    tensorParallel: tp,
    dataParallel: layout.dataParallel,
    pipelineParallel: layout.pipelineParallel,
    denseWeightBytes:
      ((p.attention + p.gdn) * map.attention.bytes + p.mlp * map.mlp.bytes + (p.gdnSmall + p.router) * 2) /
      tp,
    denseFp4WeightBytes: (nvfp4Parameters(p, map) * NVFP4_BYTES) / tp,
    headWeightBytes: (2 * p.head) / tp,
    expertWeightBytes: (p.expert * (s.moe?.experts ?? 0) * map.experts.bytes) / (tp * layout.dataParallel),
    denseFlop,
    expertFlop,
    headFlop: (2 * p.head) / tp,
    expertsWeightOnlyInt4: map.int4Experts,
    experts: s.moe?.experts ?? 1,
    activeExperts: s.moe?.activeExperts ?? 1,
    kvBytesPerToken: s.fullAttentionLayers * layerKvBytes,
    slidingKvBytesPerToken: s.slidingAttentionLayers * layerKvBytes,
    // One state is read; that of each verified token is written (vLLM 0.33.0 `fused_sigmoid_gating.py:156-166`).
    stateBytesPerSequence:
      s.gdnLayers *
      ((s.gdnValueHeads / tp) * s.gdnHeadDim * s.gdnHeadDim * 4 * (2 + engine.mtpTokens) +
        (p.convChannels / tp) * (3 + engine.mtpTokens) * 2 * 2),
    attentionFlop: (s.fullAttentionLayers * 4 * s.attentionHeads * s.headDim) / tp,
    gdnHeadLayers: (s.gdnLayers * s.gdnValueHeads) / tp,
    attentionLayers,
    gdnLayers: s.gdnLayers,
    layers: s.layers,
    moeLayers: s.moe === null ? 0 : s.layers,
    sharedExpertLayers: s.moe !== null && s.ffnSize > 0 ? s.layers : 0,
    hiddenSize: s.hiddenSize,
    memoryBandwidth: gpu.memoryBandwidthGBps * 1e9,
    peakFlops: { bf16: bf16Peak, fp8: fp8Peak, fp4: gpu.fp4Tflops === null ? fp8Peak : gpu.fp4Tflops * 1e12 },
    ...link,
    stageLinkBandwidth: engine.networkBytesPerSecond ?? link.linkBandwidth,
    mtpTokens: engine.mtpTokens,
    visionFlop: 0,
    visionPairFlop: 0,
  };
}
