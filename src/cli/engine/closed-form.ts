import type { Arrivals, Load } from '../../performance/load';
import { MEAN_OUTPUT_HELD, type Prediction, predict } from '../../performance/prediction';
import type { Images } from '../../performance/step';
import { runningBlocksPerSequence, savesStatesWithin } from '../../vllm/pool';
import { calibrationDocument } from '../calibration-flag';
import type { PredictionOutput } from '../output/prediction';
import type { EngineSetup } from './engine-setup';

/** A load in means; `arrivals` of one rank. */
export interface ClosedFormLoad {
  readonly arrivals: Arrivals;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Share of every prompt in the prefix cache, before rounding to whole blocks. */
  readonly prefixHitRate: number;
  readonly inputVariation?: number;
  readonly outputVariation?: number;
  readonly images?: Images;
}

/** The closed form for one engine: what `predict` prints, and what `simulate` adds to its percentiles. */
export function closedForm(engine: EngineSetup, load: ClosedFormLoad): Prediction {
  const { budget, features, coefficients, footing, prefixCaching, mtpTokens } = engine;
  const { inputTokens, outputTokens, prefixHitRate, ...rest } = load;
  const { blockTokens } = budget.pool;
  const held = runningBlocksPerSequence(
    budget.pool,
    inputTokens + Math.ceil(MEAN_OUTPUT_HELD * outputTokens),
    mtpTokens,
  );
  const poolSequences = Math.floor((budget.poolBlocks - 1) / held);
  const full: Load = {
    ...rest,
    inputTokens,
    outputTokens,
    // Prefix hits come in whole blocks, and only where the release caches prefixes.
    cachedTokens: prefixCaching ? Math.floor((inputTokens * prefixHitRate) / blockTokens) * blockTokens : 0,
    // The batches of a pipeline share the engine's slots and blocks; data-parallel ranks have their own.
    maxBatch: Math.max(1, Math.min(engine.maxNumSeqs, poolSequences) / features.pipelineParallel),
    maxNumBatchedTokens: engine.maxNumBatchedTokens,
    ...(prefixCaching ? { blockTokens, checkpointsWithin: savesStatesWithin(budget.pool, mtpTokens) } : {}),
  };
  return predict(features, coefficients, full, footing, poolSequences < engine.maxNumSeqs);
}

/** The fields of the contract; an unbounded wait has no figures. */
export function predictionDocument({ calibration, notes }: EngineSetup, p: Prediction): PredictionOutput {
  return {
    stable: p.stable,
    utilisation: p.utilisation,
    limitedBy: p.limitedBy,
    basis: p.basis,
    calibration: calibrationDocument(calibration),
    ttftSeconds: p.ttftSeconds ?? { low: null, expected: null, high: null },
    tpotSeconds: p.tpotSeconds,
    outputTokensPerSecond: p.outputTokensPerSecond,
    requestsPerSecond: p.requestsPerSecond,
    stepSeconds: p.stepSeconds,
    prefillSeconds: p.prefillSeconds,
    decodeBatch: p.decodeBatch,
    notes: [...notes],
  };
}
