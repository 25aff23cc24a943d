import { budgetFigure, weightsFigure } from './budget-figures';
import { type Figure, skip } from './figure';
import type { Observation } from './observations';
import * as observed from './observations';
import { poolFigures } from './pool-figures';

export const FIGURES = [
  'blockTokens',
  'poolBlocks',
  'kvTokens',
  'concurrency',
  'weightsGiB',
  'kvCacheGiB',
] as const;
export type FigureName = (typeof FIGURES)[number];

export interface Judgement {
  readonly id: string;
  readonly model: string;
  readonly vllm: string;
  readonly cacheMode: string;
  /** `calibration`: a constant of src/vllm/activation.ts comes from this row; `check`: none does. */
  readonly budgetRole: 'calibration' | 'check' | null;
  readonly figures: Readonly<Record<FigureName, Figure>>;
}

/** Rows that constants of the work-memory model were taken from; their KV GiB prove nothing new. */
const CALIBRATION_ROWS = new Set(['obs11', 'obs24', 'obs25', 'obs31', 'obs32', 'obs39']);

/** Runs the accounting against one logged start-up. */
export function judge(row: Observation): Judgement {
  const model = observed.modelOf(row);
  const release = observed.withCaptureSize(row, observed.releaseOf(row));
  const budget =
    model === null ? skip(`model ${row.model} is not in the data`) : budgetFigure(row, model, release);
  return {
    id: row.id,
    model: row.model,
    vllm: `${row.vllm_version ?? 'unknown'} (rules of ${release.version})`,
    cacheMode: `${row.mamba_cache_mode ?? 'unknown'}${/inferred/.test(row.mamba_cache_mode_evidence ?? '') ? ' (inferred)' : ''}`,
    budgetRole: budget.ok === null ? null : CALIBRATION_ROWS.has(row.id) ? 'calibration' : 'check',
    figures: {
      ...poolFigures(row, model, release),
      weightsGiB:
        model === null ? skip('model unknown', row.weights_gib) : weightsFigure(row, model, release),
      kvCacheGiB: budget,
    },
  };
}
