/**
 * Architectures of models that the calibration data holds and this project does not serve. Sources: their Hugging
 * Face config.json (meta-llama/Llama-3.3-70B-Instruct, Qwen/Qwen3-32B, Qwen/Qwen3-235B-A22B, openai/gpt-oss-120b).
 */
import type { StepShape } from '../../src/performance/shape';

const WITHOUT_GDN = {
  slidingAttentionLayers: 0,
  gdnLayers: 0,
  gatedAttention: false,
  gdnKeyHeads: 0,
  gdnValueHeads: 0,
  gdnHeadDim: 0,
} as const;

export const REFERENCE_MODELS: Readonly<Record<string, StepShape>> = {
  'llama-3.3-70b': {
    ...WITHOUT_GDN,
    layers: 80,
    fullAttentionLayers: 80,
    hiddenSize: 8192,
    attentionHeads: 64,
    kvHeads: 8,
    headDim: 128,
    ffnSize: 28_672,
    moe: null,
    vocabSize: 128_256,
  },
  'qwen3-32b': {
    ...WITHOUT_GDN,
    layers: 64,
    fullAttentionLayers: 64,
    hiddenSize: 5120,
    attentionHeads: 64,
    kvHeads: 8,
    headDim: 128,
    ffnSize: 25_600,
    moe: null,
    vocabSize: 151_936,
  },
  'qwen3-235b-a22b': {
    ...WITHOUT_GDN,
    layers: 94,
    fullAttentionLayers: 94,
    hiddenSize: 4096,
    attentionHeads: 64,
    kvHeads: 4,
    headDim: 128,
    ffnSize: 0,
    moe: { experts: 128, activeExperts: 8, expertSize: 1536 },
    vocabSize: 151_936,
  },
  'gpt-oss-120b': {
    ...WITHOUT_GDN,
    layers: 36,
    fullAttentionLayers: 18,
    slidingAttentionLayers: 18,
    hiddenSize: 2880,
    attentionHeads: 64,
    kvHeads: 8,
    headDim: 64,
    ffnSize: 0,
    moe: { experts: 128, activeExperts: 4, expertSize: 2880 },
    vocabSize: 201_088,
  },
};
