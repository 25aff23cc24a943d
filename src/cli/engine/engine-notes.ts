import type { Gpu } from '../../hardware/gpus';
import { precisionSupport } from '../../hardware/precision';
import { FAMILY, type MoeShape } from '../../models/architecture';
import type { CheckpointKey } from '../../models/checkpoints';
import { type StepFeatures, waitsForOtherRanks } from '../../performance/features';
import { unpacksBlockFp8 } from '../../performance/precision-map';
import { plural } from '../../report/format';
import type { AdapterRoom } from '../../vllm/adapters';
import { lacksTunedExperts, TUNE_EXPERTS } from '../../vllm/expert-kernels';
import type { Layout } from '../../vllm/layout';
import type { Release } from '../../vllm/releases';

interface Engine {
  readonly checkpoint: CheckpointKey;
  readonly gpu: Gpu;
  readonly moe: MoeShape | null;
  readonly layout: Layout;
  readonly release: Release;
  readonly features: StepFeatures;
  readonly adapters: AdapterRoom | null;
  readonly mtpTokens: number;
}

/** What the figures of an engine need or rest on, a sentence or two each. */
export function engineNotes(engine: Engine, longestTokens: number): string[] {
  const { checkpoint, gpu, layout, moe, release, features, adapters, mtpTokens } = engine;
  const notes: string[] = [];
  if (longestTokens > FAMILY.maxPositionEmbeddings)
    notes.push(
      `Requests of ${longestTokens} tokens need YaRN: the model was trained for ${FAMILY.maxPositionEmbeddings}. It also changes short requests; vllm-args --max-model-len ${longestTokens} prints the flag.`,
    );
  if (waitsForOtherRanks(features))
    notes.push(
      'Ranks that share experts step together: a prompt on one can hold up all, so the time to the first token may reach the high end.',
    );
  if (layout.pipelineParallel > 1)
    notes.push(
      'No pipeline was ever measured: figures take its batches as evenly filled, and the intervals reach to where they are not.',
    );
  const multiplies = precisionSupport(gpu, checkpoint).how === 'native';
  if (checkpoint === 'fp8' && multiplies && unpacksBlockFp8(gpu, release))
    notes.push(
      `vLLM ${release.version} unpacks the FP8 weights of dense layers to BF16 on ${gpu.id} (until 0.28 it multiplied them as FP8): prompts take longer than its FP8 rate says, and nobody measured by how much.`,
    );
  if (lacksTunedExperts(gpu.id, checkpoint, layout, moe))
    notes.push(
      `vLLM has no tuned kernel settings for FP8 experts of this width on ${gpu.id}: prompts may take longer; ${TUNE_EXPERTS}.`,
    );
  if (adapters !== null)
    notes.push(
      `LoRA adapters: ${plural(adapters.slots, 'slot')} of rank ${adapters.maxRank}; all requests are taken to use one. Their time is estimated, because nobody measured it on Qwen3.5, and requests to the model itself are faster.`,
    );
  if (adapters !== null && mtpTokens > 0)
    notes.push('What adapters accept of drafts, which come from the model itself, nobody has measured.');
  return notes;
}
