import { type Architecture, FAMILY } from '../models/architecture';
import { type AdaptedLayer, type AdapterRoom, adaptedLayers, pairBytes, timesOn } from '../vllm/adapters';
import type { Layout } from '../vllm/layout';
import { wholeModel } from '../vllm/pipeline';
import type { Grounded } from './calibration';
import type { StepFeatures } from './features';
import { type LayoutSds, Z_80_TWO_SIDED } from './interval';
import { decodeStep, prefillSeconds } from './step';

/**
 * What LoRA adapters cost an engine. Nothing here is fitted: vLLM publishes few pairs of runs with and without. All
 * requests are taken to use an adapter, all slots to be in use: the base model served by the same engine is no slower.
 */

/** Each wrapped layer clears a buffer, shrinks and expands (`punica_wrapper`): three small kernels inside a CUDA graph. */
const KERNELS = 3;
/** The experts' pair sorts tokens by adapter and expert first, then shrinks and expands twice (`fused_moe_lora`). */
const EXPERT_KERNELS = 6;
/** Between launches of small Triton kernels in a graph; a sum of 3 gives some 1 ms for an 8B model, a tenth of its step. */
const KERNEL_SECONDS = 2.5e-6;
/**
 * Bytes of activations a second that the prompt kernels read and write. They wait for themselves, not for memory: one pair of
 * runs (Qwen2.5-7B on H20, rank 8, 2,048 tokens in at 10/s: 993 tokens/s without, 881 with; vllm#48887) comes to 6 GB/s on
 * each of its 78 multiprocessors; the GPUs here have 108 to 188 of them, the smaller L4 is bound by its memory.
 */
const ACTIVATION_BYTES_PER_SECOND = 0.8e12;
const MOST_OF_BANDWIDTH = 0.6;
/** 80% of engines should lie within this factor of the estimate above, either way. */
const ADAPTER_FACTOR = 2;
/** A layer that is linear by class only: no kernel runs there. */
const isRun = ({ inputs }: AdaptedLayer): boolean => inputs > FAMILY.convKernel;

interface Cost {
  kernels: number;
  denseBytes: number;
  expertBytes: number;
  tokenBytes: number;
}

/** Features of the same engine with room for adapters; those of an engine without are returned as they are. */
export function withAdapters(
  f: StepFeatures,
  a: Architecture,
  layout: Layout,
  room: AdapterRoom | null,
): StepFeatures {
  if (room === null) return f;
  const cost: Cost = { kernels: 0, denseBytes: 0, expertBytes: 0, tokenBytes: 0 };
  for (const layer of adaptedLayers(a, layout, room.layers))
    if (isRun(layer)) add(cost, layer, a, layout, room);
  return {
    ...f,
    denseWeightBytes: f.denseWeightBytes + cost.denseBytes,
    expertWeightBytes: f.expertWeightBytes + cost.expertBytes,
    // Experts in four-bit floating point run on Marlin, which unpacks them: no other kernel takes adapters, and vLLM chooses
    // by whether there are any, not by what they change (0.33.0 oracle/nvfp4.py, fused_moe/layer.py is_lora_enabled).
    expertFlop: { ...f.expertFlop, bf16: f.expertFlop.bf16 + f.expertFlop.fp4, fp4: 0 },
    adapterStepSeconds: cost.kernels * KERNEL_SECONDS,
    adapterTokenSeconds:
      cost.tokenBytes / Math.min(ACTIVATION_BYTES_PER_SECOND, f.memoryBandwidth * MOST_OF_BANDWIDTH),
  };
}

function add(cost: Cost, layer: AdaptedLayer, a: Architecture, layout: Layout, room: AdapterRoom): void {
  const times = timesOn(layer.part, wholeModel(a));
  const routed = layer.experts > 1;
  // An expert's pair is launched with all others of its layer; its down projection is counted with its gate and up.
  cost.kernels += times * (routed ? EXPERT_KERNELS / 2 : KERNELS);
  // The embedding and its matrices are looked up, not read.
  if (layer.part !== 'embedding') {
    const bytes = times * room.slots * pairBytes(layer, room.maxRank);
    if (routed) cost.expertBytes += bytes;
    else cost.denseBytes += bytes;
  }
  if (layer.part === 'embedding' || layer.part === 'logits') return;
  const { slices, inputs, outputs } = layer;
  // Read the input once a slice, read and write the output.
  const bytes = 2 * (slices * inputs + 2 * outputs);
  cost.tokenBytes += times * bytes * (routed ? expertsPerToken(layer, a, layout) : 1);
}

/** Experts of this GPU that a token of its own rank meets, on average. */
const expertsPerToken = ({ experts }: AdaptedLayer, { moe }: Architecture, layout: Layout): number =>
  moe === null
    ? 0
    : (moe.activeExperts * experts * (layout.expertParallel ? layout.dataParallel : 1)) / moe.experts;

/** Steps at which the share of adapters is read off: a usual batch, and one prompt beside nobody. */
const USUAL_STEP = { batch: 16, contextTokens: 1000, inputTokens: 1000 };

/**
 * The same footing for an engine with adapters, features with and without given: nobody measured it, so it is related at
 * best, and as much wider as the adapters' share of a step is uncertain.
 */
export function adapterFooting(
  grounded: Grounded,
  without: StepFeatures,
  f: StepFeatures,
  maxNumBatchedTokens: number,
): Grounded {
  if (f.adapterStepSeconds === undefined) return grounded;
  const { coefficients: k, footing } = grounded;
  const decode = (of: StepFeatures): number =>
    decodeStep(of, k, USUAL_STEP.batch, USUAL_STEP.contextTokens).total;
  const prompt = (of: StepFeatures): number =>
    prefillSeconds(of, k, {
      inputTokens: USUAL_STEP.inputTokens,
      maxNumBatchedTokens,
      decodeBatch: 0,
      share: 1,
    });
  const sd = (seconds: (of: StepFeatures) => number): number =>
    (Math.log(ADAPTER_FACTOR) / Z_80_TWO_SIDED) * (1 - seconds(without) / seconds(f));
  const [tpot, ttft] = [sd(decode), sd(prompt)];
  const known = typeof footing === 'string' ? { layoutSds: {} as LayoutSds } : footing;
  const basis = grounded.basis === 'measured' ? 'related' : grounded.basis;
  const wider = (figure: 'tpot' | 'ttft' | 'output', by: number): number =>
    Math.hypot(known.layoutSds[figure] ?? 0, by);
  return {
    coefficients: k,
    basis,
    footing: {
      basis,
      remainingSds: {},
      layoutSds: {
        tpot: wider('tpot', tpot),
        ttft: wider('ttft', ttft),
        output: wider('output', Math.max(tpot, ttft)),
      },
    },
  };
}
