import { type Architecture, FAMILY } from './architecture';

/**
 * How a group of tensors is divided over the GPUs of one tensor-parallel group.
 * `sharded`: each GPU holds 1/TP; `replicated`: each holds all; `kv-heads`: 1/min(TP, KV heads), because vLLM
 * replicates KV heads beyond their number; `experts`: 1/(TP x DP), by expert or by width; `shared-expert`: 1/TP, or
 * whole on each GPU under sequence-parallel MoE.
 */
export type Sharding = 'sharded' | 'replicated' | 'kv-heads' | 'experts' | 'shared-expert';

/** Which quantisation rule of a checkpoint applies to a group of tensors. */
export type TensorClass = 'attention' | 'gdn' | 'mlp' | 'routed-experts' | 'unquantised';

/** Where a group lives: per layer kind, once per model, in the draft layer, or in the vision tower. */
export type Part =
  | 'embedding'
  | 'lm-head'
  | 'full-attention-layers'
  | 'gdn-layers'
  | 'ffn'
  | 'final'
  | 'mtp'
  | 'vision';

export interface TensorGroup {
  readonly part: Part;
  readonly tensorClass: TensorClass;
  readonly sharding: Sharding;
  /** Parameters in the whole model. */
  readonly params: number;
}

interface LayerShape {
  readonly tensorClass: TensorClass;
  readonly sharding: Sharding;
  readonly params: number;
}

function fullAttentionLayer(a: Architecture): LayerShape[] {
  const { headDim } = FAMILY;
  const queryAndGate = a.hiddenSize * a.attentionHeads * headDim * 2; // q_proj carries the output gate
  const output = a.attentionHeads * headDim * a.hiddenSize;
  const keyAndValue = 2 * a.hiddenSize * a.kvHeads * headDim;
  return [
    { tensorClass: 'attention', sharding: 'sharded', params: queryAndGate + output },
    { tensorClass: 'attention', sharding: 'kv-heads', params: keyAndValue },
    { tensorClass: 'unquantised', sharding: 'replicated', params: 2 * headDim }, // q_norm, k_norm
  ];
}

function gdnLayer(a: Architecture): LayerShape[] {
  const { linearHeadDim, convKernel } = FAMILY;
  const keySize = a.linearKeyHeads * linearHeadDim;
  const valueSize = a.linearValueHeads * linearHeadDim;
  const projections = a.hiddenSize * (2 * keySize + 2 * valueSize) + valueSize * a.hiddenSize; // qkv, z, out
  const small =
    2 * a.hiddenSize * a.linearValueHeads + (2 * keySize + valueSize) * convKernel + 2 * a.linearValueHeads;
  return [
    { tensorClass: 'gdn', sharding: 'sharded', params: projections },
    { tensorClass: 'unquantised', sharding: 'sharded', params: small }, // in_proj_a, in_proj_b, conv1d, A_log, dt_bias
    { tensorClass: 'unquantised', sharding: 'replicated', params: linearHeadDim }, // norm
  ];
}

function feedForward(a: Architecture): LayerShape[] {
  if (a.moe === null) {
    return [{ tensorClass: 'mlp', sharding: 'sharded', params: 3 * a.hiddenSize * (a.denseFfnSize ?? 0) }];
  }
  const { experts, expertSize, sharedExpertSize } = a.moe;
  return [
    { tensorClass: 'mlp', sharding: 'shared-expert', params: 3 * a.hiddenSize * sharedExpertSize },
    { tensorClass: 'routed-experts', sharding: 'experts', params: experts * 3 * a.hiddenSize * expertSize },
    { tensorClass: 'unquantised', sharding: 'replicated', params: a.hiddenSize * (experts + 1) }, // router, shared gate
  ];
}

const layerNorms = (a: Architecture): LayerShape => ({
  tensorClass: 'unquantised',
  sharding: 'replicated',
  params: 2 * a.hiddenSize,
});

const times = (count: number, part: Part, groups: readonly LayerShape[]): TensorGroup[] =>
  groups.map((group) => ({ ...group, part, params: group.params * count }));

/**
 * Every parameter of the model, grouped by part, quantisation class and sharding.
 * The sums equal the published parameter counts exactly, and the byte totals the published checkpoint sizes
 * (`test/models/inventory.test.ts`), so the same inventory serves memory, loading and performance.
 */
export function tensorInventory(a: Architecture): TensorGroup[] {
  const embedding = FAMILY.vocabSize * a.hiddenSize;
  const unquantised = { tensorClass: 'unquantised', sharding: 'replicated' } as const;
  const draftLayer = [
    { ...unquantised, params: 2 * a.hiddenSize * a.hiddenSize }, // mtp.fc
    { ...unquantised, params: 3 * a.hiddenSize },
    ...fullAttentionLayer(a),
    ...feedForward(a),
    layerNorms(a),
  ];
  return [
    { part: 'embedding', tensorClass: 'unquantised', sharding: 'sharded', params: embedding },
    ...(a.tiedEmbeddings
      ? []
      : [{ part: 'lm-head', tensorClass: 'unquantised', sharding: 'sharded', params: embedding } as const]),
    ...times(a.fullAttentionLayers, 'full-attention-layers', [...fullAttentionLayer(a), layerNorms(a)]),
    ...times(a.linearAttentionLayers, 'gdn-layers', [...gdnLayer(a), layerNorms(a)]),
    ...times(a.layers, 'ffn', feedForward(a)),
    { ...unquantised, part: 'final', params: a.hiddenSize },
    ...times(1, 'mtp', draftLayer),
    { part: 'vision', tensorClass: 'unquantised', sharding: 'sharded', params: a.params.vision },
  ];
}
