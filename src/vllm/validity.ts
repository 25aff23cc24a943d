import type { Architecture } from '../models/architecture';
import type { CheckpointKey } from '../models/checkpoints';
import { FAMILY } from '../models/architecture';
import type { Layout } from './layout';

const FP8_BLOCK = 128;
const INT4_GROUP = 128;

const divides = (part: number, whole: number): boolean => whole % part === 0;

/**
 * Why a model cannot be split this way, or null when it can. Attention heads and both GDN head counts divide by TP;
 * KV heads divide or are replicated; FP8 needs every split to be a multiple of its 128-wide scale blocks (vLLM
 * fp8_utils.py), four-bit integer groups likewise. Experts split over TP x DP by width unless expert parallelism
 * keeps them whole.
 */
export function splitProblem(a: Architecture, checkpoint: CheckpointKey, layout: Layout): string | null {
  const tp = layout.tensorParallel;
  if (!divides(tp, a.attentionHeads)) return `${a.attentionHeads} attention heads do not divide by TP ${tp}`;
  if (!divides(tp, a.kvHeads) && !divides(a.kvHeads, tp)) return `${a.kvHeads} KV heads neither divide by TP ${tp} nor replicate evenly`;
  if (!divides(tp, a.linearKeyHeads)) return `${a.linearKeyHeads} GDN key heads do not divide by TP ${tp}`;
  if (!divides(tp, a.linearValueHeads)) return `${a.linearValueHeads} GDN value heads do not divide by TP ${tp}`;

  const widths: [string, number, number][] = a.moe
    ? [
        ['shared expert width', a.moe.sharedExpertSize, tp],
        ['expert width', a.moe.expertSize, layout.expertParallel ? 1 : tp * layout.dataParallel],
      ]
    : [['FFN width', a.denseFfnSize ?? 0, tp]];
  const valueWidth = a.linearValueHeads * FAMILY.linearHeadDim;
  if (checkpoint === 'fp8') widths.push(['GDN value width', valueWidth, tp]);
  for (const [name, width, split] of widths) {
    const problem = widthProblem(name, width, split, checkpoint, a);
    if (problem) return problem;
  }
  if (a.moe && layout.expertParallel && !divides(tp * layout.dataParallel, a.moe.experts)) {
    return `${a.moe.experts} experts do not divide over ${tp * layout.dataParallel} GPUs`;
  }
  return null;
}

function widthProblem(name: string, width: number, split: number, checkpoint: CheckpointKey, a: Architecture): string | null {
  if (!divides(split, width)) return `${name} ${width} does not divide by ${split}`;
  const part = width / split;
  if (checkpoint === 'fp8' && !divides(FP8_BLOCK, part)) {
    return `FP8 needs multiples of ${FP8_BLOCK}: ${name} ${width}/${split} = ${part}`;
  }
  const int4 = checkpoint === 'gptq-int4' || checkpoint === 'awq-int4';
  if (int4 && !(a.moe && name === 'shared expert width') && !divides(INT4_GROUP, part)) {
    return `int4 groups are ${INT4_GROUP} wide: ${name} ${width}/${split} = ${part}`;
  }
  return null;
}
