import { getGpu } from '../hardware/gpus';
import { getModel } from '../models/registry';
import type { Calibration } from '../performance/calibration';
import { type Coefficients, FITTED } from '../performance/coefficients';
import { ranksOf, type StepFeatures } from '../performance/features';
import { groundedEngine } from '../performance/grounded-engine';
import type { Footing } from '../performance/interval';
import type { Load } from '../performance/load';
import { percentile95 } from '../performance/percentile';
import type { SteadyState } from '../performance/state';
import type { Plan } from '../plan/schema';
import { roomOf } from '../requirements/adapters';
import type { BenchLoad, Setup } from './result';

/** What of a plan a prediction needs. */
export function setupOf(plan: Plan): Setup {
  const { choice, engine, memory, requirements } = plan;
  const room = roomOf(requirements);
  return {
    model: requirements.model,
    gpu: choice.gpu,
    checkpoint: choice.checkpoint,
    layout: choice.layout,
    replicas: choice.replicas,
    kvCacheDtype: engine.kvCacheDtype,
    mtpTokens: engine.mtpTokens,
    maxNumSeqs: engine.maxNumSeqs,
    maxNumBatchedTokens: engine.maxNumBatchedTokens,
    blockTokens: memory.blockTokens,
    prefixCaching: engine.prefixCaching,
    sharedPrefixShare: requirements.workload.sharedPrefixShare,
    vllmVersion: engine.vllmVersion,
    ...(room === null ? {} : { adapters: room }),
  };
}

/** The step-time model of one engine as planned. */
export interface EngineModel {
  readonly setup: Setup;
  readonly features: StepFeatures;
  readonly coefficients: Coefficients;
  readonly footing: Footing;
}

/**
 * @param setup of a plan or a result, whose model and GPU this program knows
 * @param calibrations of the plan, where its own predictions are wanted; a new calibration starts from none
 */
export function engineModel(setup: Setup, calibrations: readonly Calibration[] = []): EngineModel {
  const { features, coefficients, footing } = groundedEngine(FITTED, calibrations, {
    ...setup,
    model: getModel(setup.model),
    gpu: getGpu(setup.gpu),
    release: { version: setup.vllmVersion },
    adapters: setup.adapters ?? null,
  });
  return { setup, features, coefficients, footing };
}

/** Mean lengths of what was asked, tokens. */
export interface MeanLengths {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null: what the plan's shared prefix gives, in whole blocks. */
  readonly cachedTokens: number | null;
}

/** A benchmark has no first burst: its warm-up is left out. */
const NO_BURST = Number.MAX_SAFE_INTEGER;

/** The load of one rank when all replicas together carry `load`. */
export function loadOf(
  { setup, features }: EngineModel,
  load: Extract<BenchLoad, { kind: 'open' | 'closed' }>,
  { inputTokens, outputTokens, cachedTokens }: MeanLengths,
): Load {
  const ranks = setup.replicas * ranksOf(features);
  const planned = Math.floor((setup.sharedPrefixShare * inputTokens) / setup.blockTokens) * setup.blockTokens;
  return {
    arrivals:
      load.kind === 'open'
        ? { kind: 'open', requestsPerSecond: load.requestsPerSecond / ranks, spacing: 'poisson' }
        : {
            kind: 'closed',
            concurrency: Math.max(1, load.concurrency / ranks),
            totalRequests: NO_BURST,
          },
    inputTokens,
    cachedTokens: setup.prefixCaching ? Math.min(cachedTokens ?? planned, inputTokens - 1) : 0,
    outputTokens: Math.max(2, outputTokens),
    maxBatch: Math.max(1, setup.maxNumSeqs / setup.layout.pipelineParallel),
    maxNumBatchedTokens: setup.maxNumBatchedTokens,
  };
}

export interface Expected {
  readonly mean: SteadyState;
  readonly ttftP95Seconds: number;
  readonly tpotP95Seconds: number;
  /** Of all replicas. */
  readonly outputTokensPerSecond: number;
}

/** What the model expects of all replicas under a load. */
export function expect(engine: EngineModel, load: Load, inputP95Tokens: number): Expected {
  const p = percentile95(engine.features, engine.coefficients, load, { inputP95Tokens });
  return {
    mean: p.mean,
    ttftP95Seconds: p.ttftP95Seconds,
    tpotP95Seconds: p.tpotP95Seconds,
    outputTokensPerSecond: p.mean.outputTokensPerSecond * engine.setup.replicas,
  };
}
