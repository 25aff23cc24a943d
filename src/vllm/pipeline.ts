import type { Architecture } from '../models/architecture';
import { FAMILY } from '../models/architecture';
import { type Layout, tensorParallelOnly } from './layout';

/** What one pipeline stage holds. */
export interface PipelineStage {
  readonly first: boolean;
  readonly last: boolean;
  readonly layers: number;
  readonly fullAttentionLayers: number;
  readonly linearAttentionLayers: number;
  /** GDN layers of the largest GDN cache group on this stage. */
  readonly gdnLayersPerGroup: number;
}

/**
 * Layers of every stage: divided evenly, the remainder going backwards from the second-to-last stage
 * (vLLM 0.33.0 `distributed/utils.py:198 get_pp_indices`).
 */
export function layersPerStage(layers: number, stages: number): number[] {
  const counts = Array.from({ length: stages }, () => Math.floor(layers / stages));
  for (let i = 0; i < layers % stages; i++) counts[stages - 2 - i]! += 1;
  return counts;
}

const stagesByArchitecture = new WeakMap<Architecture, Map<number, PipelineStage[]>>();

/**
 * The stages of a pipeline, first to last. Every fourth layer is full attention; cache groups are formed over the
 * whole model and each stage holds its share of every group (`_project_kv_cache_groups_to_worker`).
 */
export function pipelineStages(a: Architecture, { pipelineParallel }: Layout): readonly PipelineStage[] {
  let byCount = stagesByArchitecture.get(a);
  if (!byCount) {
    byCount = new Map();
    stagesByArchitecture.set(a, byCount);
  }
  let stages = byCount.get(pipelineParallel);
  if (!stages) {
    stages = deriveStages(a, pipelineParallel);
    byCount.set(pipelineParallel, stages);
  }
  return stages;
}

/** The only stage of an engine without a pipeline. */
export const wholeModel = (a: Architecture): PipelineStage => pipelineStages(a, tensorParallelOnly(1))[0]!;

function deriveStages(a: Architecture, count: number): PipelineStage[] {
  let start = 0;
  return layersPerStage(a.layers, count).map((layers, rank) => {
    const end = start + layers;
    // Positions within a period of four: 0, 1, 2 are GDN layers of groups 0, 1, 2; 3 is full attention.
    const perPosition = Array.from({ length: FAMILY.fullAttentionInterval }, (_, position) =>
      countPosition(start, end, position),
    );
    start = end;
    const full = perPosition[FAMILY.fullAttentionInterval - 1]!;
    return {
      first: rank === 0,
      last: rank === count - 1,
      layers,
      fullAttentionLayers: full,
      linearAttentionLayers: layers - full,
      gdnLayersPerGroup: Math.max(...perPosition.slice(0, -1)),
    };
  });
}

/** Layers of `[start, end)` at one position of the repeating pattern. */
function countPosition(start: number, end: number, position: number): number {
  const upTo = (n: number): number =>
    Math.floor((n + FAMILY.fullAttentionInterval - 1 - position) / FAMILY.fullAttentionInterval);
  return upTo(end) - upTo(start);
}
