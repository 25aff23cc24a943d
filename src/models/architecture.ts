/** The shape of a Qwen3.5-family model, and the constants all of them share. */

export interface MoeShape {
  readonly experts: number;
  readonly activeExperts: number;
  /** Intermediate size of one routed expert. */
  readonly expertSize: number;
  readonly sharedExpertSize: number;
}

/** Dimensions of one model; names follow the Hugging Face config, sizes are in elements. */
export interface Architecture {
  readonly layers: number;
  readonly fullAttentionLayers: number;
  /** Gated DeltaNet (GDN) layers: a fixed-size state per sequence instead of a growing KV cache. */
  readonly linearAttentionLayers: number;
  readonly hiddenSize: number;
  readonly attentionHeads: number;
  readonly kvHeads: number;
  readonly linearKeyHeads: number;
  readonly linearValueHeads: number;
  /** Intermediate size of the dense feed-forward layer; null for mixture-of-experts models. */
  readonly denseFfnSize: number | null;
  readonly moe: MoeShape | null;
  readonly tiedEmbeddings: boolean;
  readonly vision: { readonly depth: number; readonly hiddenSize: number };
  /** Parameter counts by part; `mtp` is the multi-token-prediction draft layer. */
  readonly params: { readonly text: number; readonly vision: number; readonly mtp: number };
}

/** Constants of the family (vLLM `transformers_utils/configs/qwen3_5{,_moe}.py`). */
export const FAMILY = {
  vocabSize: 248_320,
  headDim: 256,
  linearHeadDim: 128,
  convKernel: 4,
  /** Context the model was trained for. */
  maxPositionEmbeddings: 262_144,
  /** Longest context reached by YaRN scaling. */
  extendedContext: 1_010_000,
  /** Every fourth layer is full attention, the three before it are GDN. */
  fullAttentionInterval: 4,
  /** Dimensions that rotary embedding turns: a quarter of the head. */
  rotaryDim: 64,
} as const;
