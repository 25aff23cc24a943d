import type { Architecture } from '../models/architecture';
import { FAMILY } from '../models/architecture';
import type { CheckpointKey } from '../models/checkpoints';
import type { Layout } from './layout';

const divides = (part: number, whole: number): boolean => whole % part === 0;

/** Width of a scale block or group that a split must not cut: FP8 128x128, GPTQ 128, AWQ (community) 32, NVFP4 16. */
const GROUP_WIDTH: Readonly<Record<CheckpointKey, number>> = {
  bf16: 1,
  fp8: 128,
  'gptq-int4': 128,
  'awq-int4': 32,
  nvfp4: 16,
};

/** A width that is divided: the input of a row-parallel projection. */
interface SplitWidth {
  readonly name: string;
  readonly width: number;
  readonly split: number;
  /** The checkpoint quantises it. */
  readonly quantised: boolean;
}

/**
 * Why a model cannot be split this way, or null when it can. Attention heads and both GDN head counts divide by TP;
 * KV heads divide or are replicated; a quantised width must stay whole scale blocks (vLLM 0.33.0 `fp8_utils.py`,
 * `fp8.py`). Experts split over TP x DP by width unless expert parallelism keeps them whole. Releases from 0.29 refine
 * FP8 expert blocks to 32 and fall back to smaller int4 groups; no log shows either working, so neither is counted on.
 */
export function splitProblem(a: Architecture, checkpoint: CheckpointKey, layout: Layout): string | null {
  const { tensorParallel: tp, pipelineParallel: pp } = layout;
  if (!divides(tp, a.attentionHeads)) return `${a.attentionHeads} attention heads do not divide by TP ${tp}`;
  if (!divides(tp, a.kvHeads) && !divides(a.kvHeads, tp)) {
    return `${a.kvHeads} KV heads neither divide by TP ${tp} nor replicate evenly`;
  }
  if (!divides(tp, a.linearKeyHeads)) return `${a.linearKeyHeads} GDN key heads do not divide by TP ${tp}`;
  if (!divides(tp, a.linearValueHeads))
    return `${a.linearValueHeads} GDN value heads do not divide by TP ${tp}`;
  if (pp > a.layers) return `${a.layers} layers cannot fill ${pp} pipeline stages`;
  if (a.moe === null && layout.expertParallel) return 'a dense model has no experts for expert parallelism';
  if (a.moe !== null && layout.expertParallel && tp * layout.dataParallel > a.moe.experts) {
    return `${a.moe.experts} experts cannot fill ${tp * layout.dataParallel} GPUs`;
  }
  for (const width of splitWidths(a, checkpoint, layout)) {
    const problem = widthProblem(width, checkpoint);
    if (problem !== null) return problem;
  }
  return null;
}

function splitWidths(a: Architecture, checkpoint: CheckpointKey, layout: Layout): SplitWidth[] {
  const { tensorParallel: tp, dataParallel: dp, expertParallel } = layout;
  const fp8 = checkpoint === 'fp8';
  const attention = [
    { name: 'attention width', width: a.attentionHeads * FAMILY.headDim, split: tp, quantised: fp8 },
    { name: 'GDN value width', width: a.linearValueHeads * FAMILY.linearHeadDim, split: tp, quantised: fp8 },
  ];
  if (a.moe === null)
    return [...attention, { name: 'FFN width', width: a.denseFfnSize ?? 0, split: tp, quantised: true }];
  return [
    ...attention,
    { name: 'shared expert width', width: a.moe.sharedExpertSize, split: tp, quantised: fp8 },
    { name: 'expert width', width: a.moe.expertSize, split: expertParallel ? 1 : tp * dp, quantised: true },
  ];
}

function widthProblem(
  { name, width, split, quantised }: SplitWidth,
  checkpoint: CheckpointKey,
): string | null {
  if (!divides(split, width)) return `${name} ${width} does not divide by ${split}`;
  const part = width / split;
  const group = GROUP_WIDTH[checkpoint];
  if (!quantised || divides(group, part)) return null;
  const format = checkpoint === 'fp8' ? 'FP8' : checkpoint === 'nvfp4' ? 'NVFP4' : 'int4';
  return `${format} needs multiples of ${group}: ${name} ${width}/${split} = ${part}`;
}

/** Why a context cannot be served by any setting, or null: YaRN reaches 1,010,000 tokens and no further. */
export function contextProblem(maxModelLen: number): string | null {
  if (maxModelLen <= FAMILY.extendedContext) return null;
  return `a context of ${maxModelLen} tokens is beyond the model: ${FAMILY.maxPositionEmbeddings} as trained, ${FAMILY.extendedContext} with YaRN`;
}
