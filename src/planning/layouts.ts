import type { Gpu } from '../hardware/gpus';
import type { CheckpointKey } from '../models/checkpoints';
import type { Model } from '../models/registry';
import { type Layout, tensorParallelOnly } from '../vllm/layout';
import { splitProblem } from '../vllm/validity';

const SIZES = [1, 2, 4, 8];

/**
 * Layouts worth trying on a machine with so many GPUs: tensor parallel in powers of two; data parallel with shared
 * experts where NVLink carries the exchange; and, where a tensor-parallel split is invalid, the same GPUs with whole
 * experts or in two stages. Independent replicas of a smaller layout are the rest of the machine.
 */
export function layoutsOn(gpuCount: number, gpu: Gpu, model: Model, checkpoint: CheckpointKey): Layout[] {
  const moe = model.architecture.moe !== null;
  return SIZES.filter((size) => size <= gpuCount).flatMap((size) => {
    const plain = tensorParallelOnly(size);
    const layouts = [plain];
    if (moe && gpu.nvlinkGBpsBidirectional > 0) layouts.push(...expertSharing(size));
    if (splitProblem(model.architecture, checkpoint, plain) !== null) layouts.push(...insteadOf(size, moe));
    return layouts;
  });
}

/** Ranks that attend on their own and share the experts. */
const expertSharing = (size: number): Layout[] =>
  SIZES.filter((dataParallel) => dataParallel > 1 && dataParallel <= size).map((dataParallel) => ({
    tensorParallel: size / dataParallel,
    pipelineParallel: 1,
    dataParallel,
    expertParallel: true,
  }));

function insteadOf(size: number, moe: boolean): Layout[] {
  const layouts: Layout[] = moe ? [{ ...tensorParallelOnly(size), expertParallel: true }] : [];
  if (size > 1) layouts.push({ ...tensorParallelOnly(size / 2), pipelineParallel: 2 });
  return layouts;
}

/** The layout in the field's short form: `TP 4`, `TP 2 DP 4 EP`, `TP 2 PP 2`. */
export function layoutText({
  tensorParallel,
  pipelineParallel,
  dataParallel,
  expertParallel,
}: Layout): string {
  return [
    `TP ${tensorParallel}`,
    ...(pipelineParallel > 1 ? [`PP ${pipelineParallel}`] : []),
    ...(dataParallel > 1 ? [`DP ${dataParallel}`] : []),
    ...(expertParallel ? ['EP'] : []),
  ].join(' ');
}
