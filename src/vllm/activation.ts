import { type Architecture, FAMILY } from '../models/architecture';
import type { CheckpointKey } from '../models/checkpoints';
import type { Layout } from './layout';
import type { PipelineStage } from './pipeline';
import type { Release } from './releases';

export const GIB = 2 ** 30;

/** What decides the memory that is neither weights nor KV cache. */
export interface WorkInput {
  readonly architecture: Architecture;
  readonly checkpoint: CheckpointKey;
  readonly layout: Layout;
  readonly stage: PipelineStage;
  readonly release: Release;
  readonly computeCapability: number | null;
  readonly mtpTokens: number;
  readonly vision: boolean;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** LoRA adapters are served. */
  readonly adapters?: boolean;
}

/*
 * Calibration. Public logs with a full budget are few, so each constant states its row and every unknown is taken on
 * the side that leaves less KV cache (docs/memory.md has the table of errors).
 */

/**
 * Bytes per logit and sequence in the sampler's profile. obs31 (35B TP4, 1,024 sequences): 5.66 GiB. That server
 * probably drafted, which profiles two rows a sequence (11.95 bytes each; a pair of 27B runs gives at least 11.7), but
 * its drafter is only inferred, so plain servers are charged as much. Logits are gathered: TP does not divide them.
 */
const SAMPLER_BYTES_PER_LOGIT = 23.9;

/** Largest image item of the vision encoder's profile, tokens (log: "budget of 16384 tokens ... 1 image item"). */
const VISION_ITEM_TOKENS = 16_384;
/**
 * One such item in the 4B's tower (width 1,024): obs24 peaks at 2.17 GiB, 0.24 of it graphs. The 27B's tower (width
 * 1,152) gives 2.02 in obs39: half of it grows with the width.
 */
const VISION_ITEM_GIB = 1.93;
const VISION_REFERENCE_WIDTH = 1024;
/** Share of it that tensor parallelism divides: obs25 (122B at TP 2) has 1.5 GiB for everything but weights and KV. */
const VISION_SHARDED_SHARE = 0.7;

/** Tensors alive at once over the widest ones counted in `forwardElements`; bounds obs08 and obs25 from above. */
const FORWARD_SLACK = 1.5;
/** The same for NVFP4 experts, whose kernels keep several copies of the routed tokens: obs11 (16,384 tokens). */
const NVFP4_EXPERTS_SLACK = 4.07;
/** Least peak of any profile: obs32 (27B, 2,048 tokens, 64 sequences, no vision) logs 1.09 GiB. */
const LEAST_PEAK_GIB = 1.1;

/** Width per token of what a profiled forward holds at once, elements on one GPU. */
function forwardElements(a: Architecture, { tensorParallel: tp, dataParallel: dp }: Layout): number {
  const { headDim, linearHeadDim } = FAMILY;
  const gdn = (4 * (a.linearKeyHeads + a.linearValueHeads) * linearHeadDim) / tp;
  const attention = ((3 * a.attentionHeads + 2 * a.kvHeads) * headDim) / tp;
  // Data-parallel ranks exchange their tokens before the experts, so each sees all of them.
  const ffn = a.moe
    ? dp * a.moe.activeExperts * ((3 * a.moe.expertSize) / tp + a.hiddenSize) +
      (3 * a.moe.sharedExpertSize) / tp
    : (3 * (a.denseFfnSize ?? 0)) / tp;
  return 4 * a.hiddenSize + Math.max(gdn, attention, ffn);
}

function forwardGiB({ architecture, checkpoint, layout, maxNumBatchedTokens }: WorkInput): number {
  const slack = architecture.moe !== null && checkpoint === 'nvfp4' ? NVFP4_EXPERTS_SLACK : FORWARD_SLACK;
  return (maxNumBatchedTokens * forwardElements(architecture, layout) * 2 * slack) / GIB;
}

function samplerGiB({ stage, maxNumSeqs, maxNumBatchedTokens }: WorkInput): number {
  if (!stage.last) return 0;
  return (SAMPLER_BYTES_PER_LOGIT * FAMILY.vocabSize * Math.min(maxNumSeqs, maxNumBatchedTokens)) / GIB;
}

function visionGiB({ architecture, vision, stage, release, layout, maxNumBatchedTokens }: WorkInput): number {
  if (!vision || !(stage.first || release.visionTowerOnEveryPipelineRank)) return 0;
  const items = Math.max(1, Math.floor(maxNumBatchedTokens / VISION_ITEM_TOKENS));
  const width = (1 + architecture.vision.hiddenSize / VISION_REFERENCE_WIDTH) / 2;
  const split = 1 - VISION_SHARDED_SHARE + VISION_SHARDED_SHARE / layout.tensorParallel;
  return items * VISION_ITEM_GIB * width * split;
}

/**
 * Peak of the profile run, GiB: the largest of its phases (vision encoder, forward of `max_num_batched_tokens`,
 * sampler on `max_num_seqs` rows), because each frees its tensors before the next (vLLM `profile_run`).
 */
export function peakActivationGiB(input: WorkInput): number {
  return Math.max(LEAST_PEAK_GIB, visionGiB(input), forwardGiB(input), samplerGiB(input));
}

/** One captured size: obs11 estimates 0.36 GiB. */
const GRAPH_BASE_GIB = 0.35;
/** 512 sizes on 40 layers, above the base; obs08 (32 layers) logs 0.65 and estimates 0.78. */
const GRAPH_GIB_PER_40_LAYERS = 0.5;
/** All-reduce buffers registered for graphs: brings obs31 (TP 4) to its 1.32. */
const GRAPH_TENSOR_PARALLEL_GIB = 0.45;
/** Model runner v2 (0.29 and later) logs 0.24 on a 4B (obs24); one small model, so it is not believed in full. */
const GRAPH_V2_SHARE = 0.75;
const GRAPH_REFERENCE_SIZE = 512;

/** Largest batch captured as a CUDA graph (`min(max_num_seqs x (1+S) x 2, default, max_num_batched_tokens)`). */
function largestCaptureSize(input: WorkInput): number {
  const { default: usual, computeCapabilityMajor10 } = input.release.maxCudagraphCaptureSizeDefault;
  const blackwell = input.computeCapability !== null && Math.floor(input.computeCapability) === 10;
  return Math.min(
    input.maxNumSeqs * (1 + input.mtpTokens) * 2,
    blackwell ? computeCapabilityMajor10 : usual,
    input.maxNumBatchedTokens,
  );
}

/** CUDA graphs, GiB; logs hold 0.24 to 1.34, and vLLM's own estimates have been far off (1.65 for 0.04). */
export function cudaGraphGiB(input: WorkInput): number {
  const perSize =
    (GRAPH_GIB_PER_40_LAYERS * input.stage.layers) / 40 +
    (input.layout.tensorParallel > 1 ? GRAPH_TENSOR_PARALLEL_GIB : 0);
  // With LoRA adapters each size is captured with and without them (0.33.0 v1/cudagraph_dispatcher.py _get_lora_cases).
  const captures = input.adapters ? 2 : 1;
  const whole = GRAPH_BASE_GIB + ((captures * largestCaptureSize(input)) / GRAPH_REFERENCE_SIZE) * perSize;
  return input.release.modelRunner === 'v2' ? whole * GRAPH_V2_SHARE : whole;
}

/** Growth outside torch up to 0.26: obs31 logs 0.13. */
const NON_TORCH_GIB = 0.15;
/** From 0.27 vLLM takes the whole fall of free memory: obs24 0.43, obs32 0.47 over the weights. */
const FREE_MEMORY_FALL_GIB = 0.45;
/** All-reduce workspaces that fall in the same window; no log, estimated. */
const FREE_MEMORY_FALL_TENSOR_PARALLEL_GIB = 0.15;

/** Everything else that vLLM counts before it sizes the cache, GiB: CUDA context growth, NCCL, allocator rounding. */
export function otherGiB({ release, layout }: WorkInput): number {
  if (!release.nonKvMemory.terms.includes('freeBefore-freeAfterProfile')) return NON_TORCH_GIB;
  return FREE_MEMORY_FALL_GIB + (layout.tensorParallel > 1 ? FREE_MEMORY_FALL_TENSOR_PARALLEL_GIB : 0);
}

/**
 * Memory in use before vLLM takes its first snapshot, GiB: 0.19 on one GPU (obs24: 21.84 of 22.03 free); NCCL
 * channels between GPUs are estimated. It lies outside the utilisation ceiling, which must therefore leave room.
 */
export const contextGiB = (layout: Layout): number =>
  layout.tensorParallel * layout.pipelineParallel * layout.dataParallel > 1 ? 0.7 : 0.2;
