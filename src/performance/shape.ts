import { type Architecture, FAMILY } from '../models/architecture';

/**
 * What decides the time of a step, for any transformer: Qwen3.5 and the reference models that the calibration data
 * holds. Sizes in elements, counts per model.
 */
export interface StepShape {
  readonly layers: number;
  /** Layers with a KV cache that grows with the whole context. */
  readonly fullAttentionLayers: number;
  /** Layers whose KV cache is capped by a sliding window; 0 in the Qwen3.5 family. */
  readonly slidingAttentionLayers: number;
  readonly gdnLayers: number;
  readonly hiddenSize: number;
  readonly attentionHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** The query projection carries an output gate and is twice as wide. */
  readonly gatedAttention: boolean;
  readonly gdnKeyHeads: number;
  readonly gdnValueHeads: number;
  readonly gdnHeadDim: number;
  /** Dense feed-forward or shared-expert width. */
  readonly ffnSize: number;
  readonly moe: {
    readonly experts: number;
    readonly activeExperts: number;
    readonly expertSize: number;
  } | null;
  readonly vocabSize: number;
}

/** A Qwen3.5-family model as the step model sees it. */
export const shapeOf = (a: Architecture): StepShape => ({
  layers: a.layers,
  fullAttentionLayers: a.fullAttentionLayers,
  slidingAttentionLayers: 0,
  gdnLayers: a.linearAttentionLayers,
  hiddenSize: a.hiddenSize,
  attentionHeads: a.attentionHeads,
  kvHeads: a.kvHeads,
  headDim: FAMILY.headDim,
  gatedAttention: true,
  gdnKeyHeads: a.linearKeyHeads,
  gdnValueHeads: a.linearValueHeads,
  gdnHeadDim: FAMILY.linearHeadDim,
  ffnSize: a.moe?.sharedExpertSize ?? a.denseFfnSize ?? 0,
  moe: a.moe,
  vocabSize: FAMILY.vocabSize,
});
