import type { GpuClass, StepFeatures } from '../../src/performance/features';
import data from '../data/performance-model-test-vectors.json';

const CLASS: Record<string, GpuClass> = {
  hop: 'hopper',
  bwdc: 'blackwell-dc',
  bwrtx: 'blackwell-rtx',
  ada: 'ada',
  amp: 'ampere',
};

export type VectorFeatures = (typeof data.vectors)[number]['features'];
export const VECTORS = data.vectors;
/** Coefficients that only the calibration data needs. */
export const SHARED = data.params;

/** A shared vector's inputs in this model's names. */
export function featuresOf(v: VectorFeatures): StepFeatures {
  return {
    gpuClass: CLASS[v.cls]!,
    tensorParallel: v.tp,
    dataParallel: v.dp,
    pipelineParallel: 1,
    denseWeightBytes: v.Wd,
    denseFp4WeightBytes: 0,
    headWeightBytes: v.Whead,
    expertWeightBytes: v.We,
    denseFlop: { bf16: v.F16, fp8: v.F8, fp4: v.F4 },
    expertFlop: { bf16: v.E16, fp8: v.E8, fp4: v.E4 },
    headFlop: v.Fhead,
    expertsWeightOnlyInt4: v.pw4 > 0,
    experts: v.E,
    activeExperts: v.k,
    kvBytesPerToken: v.kv_full,
    slidingKvBytesPerToken: v.kv_swa,
    stateBytesPerSequence: v.st,
    attentionFlop: v.aF_full,
    gdnHeadLayers: v.gdnh,
    attentionLayers: v.na,
    gdnLayers: v.ng,
    layers: v.L,
    moeLayers: v.Lmoe,
    sharedExpertLayers: v.arch35 > 0 ? v.Lmoe : 0,
    hiddenSize: v.h,
    memoryBandwidth: v.bw,
    peakFlops: { bf16: v.p16, fp8: v.p8, fp4: v.p4 },
    nvlink: v.nv > 0,
    hostStaged: false,
    // The study sends a token to as many ranks as it picks experts, where vLLM sends it to all others.
    linkBandwidth: v.dp > 1 ? (v.link * (v.dp - 1)) / Math.min(v.k, v.dp) : v.link,
    stageLinkBandwidth: v.link,
    mtpTokens: v.nspec,
    visionFlop: 0,
    visionPairFlop: 0,
  };
}
