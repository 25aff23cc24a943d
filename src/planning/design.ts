import type { Gpu } from '../hardware/gpus';
import type { Checkpoint } from '../models/checkpoints';
import { groundedIn } from '../performance/calibration';
import { atRate, type CapacityInput, type Shortfall, shortfallOf } from '../performance/capacity';
import type { Basis, Coefficients } from '../performance/coefficients';
import { ranksOf, type StepFeatures, stepFeatures } from '../performance/features';
import type { HistoryHits } from '../performance/history';
import type { Footing } from '../performance/interval';
import type { Percentile95 } from '../performance/percentile';
import type { MemoryBudget } from '../vllm/budget';
import type { Layout } from '../vllm/layout';
import { savesStatesWithin } from '../vllm/pool';
import type { PlanningContext } from './candidate';
import type { CapacityBracket } from './capacity-bracket';
import { alike, divided } from './divided';
import { type EngineOption, engineOptions } from './engine-options';
import type { Miss } from './filters/filter';
import { historyOf } from './history';
import { Kept } from './kept';
import { layoutText } from './layouts';
import { memoryFor } from './memory';
import { remembered } from './remembered';

type CurveInput = Pick<CapacityInput, 'features' | 'coefficients' | 'load' | 'tail'>;

/** Predictions by rate, each computed once. */
export interface Curve extends CurveInput {
  /** 95th percentiles at a rate of one rank, requests per second. */
  readonly at: (requestsPerSecond: number) => Percentile95;
  /** Prompts that find their conversation so far at that rate; null where none are counted. */
  readonly historyAt: (requestsPerSecond: number) => HistoryHits | null;
}

/** One engine replica with its settings on one kind of GPU: independent of machine, region, price and SLO. */
export interface Design {
  readonly key: string;
  readonly gpu: Gpu;
  readonly checkpoint: Checkpoint;
  readonly layout: Layout;
  readonly option: EngineOption;
  readonly basis: Basis;
  /** How wide its intervals are. */
  readonly footing: Footing;
  /** Sequences that run at once on one rank, slots and blocks considered. */
  readonly mostSequences: number;
  /** Batches in flight: data-parallel ranks, pipeline stages. */
  readonly ranks: number;
  readonly curve: Curve;
  /** What goes beyond one plain tensor-parallel engine, for people. */
  readonly extras: readonly string[];
  /**
   * The same engine as one of so many replicas: what conversations find of their history is divided by them. Itself where
   * there is no history, and where none of it is found.
   */
  readonly among: (replicas: number) => Design;
}

export type DesignOutcome =
  | { readonly ok: true; readonly design: Design }
  /** It does not start. */
  | ({ readonly ok: false } & Miss);

/** All settings of one layout on one GPU, the simplest first, made as they are asked for. */
export interface DesignSet {
  readonly size: number;
  readonly get: (i: number) => DesignOutcome;
}

/** What was found of designs under one SLO and confidence, whatever the load. */
export interface KnownCapacities {
  readonly brackets: Map<Design, CapacityBracket>;
  readonly bounds: Map<Design, number>;
  readonly mostOf: Map<DesignSet, number>;
}

/** SLOs, each at the wanted confidence and at even odds, whose capacities are kept. */
const MOST_SLOS = 6;

/** Designs that a search and its variations (other confidence, other SLO) have in common. */
export class DesignStore {
  private readonly sets = new Map<string, DesignSet>();
  private readonly capacities = new Kept<KnownCapacities>(MOST_SLOS);

  constructor(private readonly context: PlanningContext) {}

  of(gpu: Gpu, checkpoint: Checkpoint, layout: Layout): DesignSet {
    const key = `${gpu.id}/${checkpoint.key}/${layoutText(layout)}`;
    let set = this.sets.get(key);
    if (set === undefined) {
      set = designSet(key, gpu, checkpoint, layout, this.context);
      this.sets.set(key, set);
    }
    return set;
  }

  capacitiesFor({ slo, confidence }: PlanningContext['requirements']): KnownCapacities {
    return this.capacities.get(JSON.stringify([slo, confidence]), () => ({
      brackets: new Map(),
      bounds: new Map(),
      mostOf: new Map(),
    }));
  }
}

function designSet(
  key: string,
  gpu: Gpu,
  checkpoint: Checkpoint,
  layout: Layout,
  context: PlanningContext,
): DesignSet {
  const options = engineOptions(gpu, layout, context);
  const outcomes = new Array<DesignOutcome | undefined>(options.length);
  const curves = new Map<string, Curve>();
  const make = (option: EngineOption): DesignOutcome => {
    const memory = memoryFor(gpu, checkpoint, layout, option, context);
    if (!memory.ok) return memory;
    const { mtpTokens, kvCacheDtype } = option;
    const grounded = groundedIn(context.coefficients, context.calibrations, {
      model: context.model.name,
      gpu: gpu.id,
      checkpoint: checkpoint.key,
      layout,
      kvCacheDtype,
      mtpTokens,
    });
    const curveKey = `${mtpTokens}/${kvCacheDtype}/${memory.maxNumBatchedTokens}`;
    let curve = curves.get(curveKey);
    if (curve === undefined) {
      curve = curveOf(
        gpu,
        checkpoint,
        layout,
        { ...option, maxNumBatchedTokens: memory.maxNumBatchedTokens },
        memory.budget,
        grounded.coefficients,
        context,
      );
      curves.set(curveKey, curve);
    }
    const history = option.prefixCaching ? historyOf(context.requirements.workload) : null;
    const alone: Omit<Design, 'among'> = {
      key: `${key}/${curveKey}/${option.gpuMemoryUtilization}`,
      gpu,
      checkpoint,
      layout,
      option: { ...option, maxNumBatchedTokens: memory.maxNumBatchedTokens },
      basis: grounded.basis,
      footing: grounded.footing,
      // The batches of a pipeline share the engine's slots and blocks; data-parallel ranks have their own.
      mostSequences: memory.sequences / layout.pipelineParallel,
      ranks: ranksOf(curve.features),
      curve,
      extras: [...option.extras, ...layoutExtras(layout)],
    };
    return { ok: true, design: history === null ? alike(alone) : divided(alone, history, memory.held) };
  };
  return {
    size: options.length,
    get: (i) => {
      const known = outcomes[i] ?? make(options[i]!);
      outcomes[i] = known;
      return known;
    },
  };
}

const layoutExtras = (layout: Layout): string[] => [
  ...(layout.dataParallel > 1 || layout.expertParallel ? ['expert parallelism'] : []),
  ...(layout.pipelineParallel > 1 ? ['pipeline stages'] : []),
];

/** No pool is so large: the real limit of a design is its own `mostSequences`. */
const NO_LIMIT = 1 << 16;

function curveOf(
  gpu: Gpu,
  checkpoint: Checkpoint,
  layout: Layout,
  option: EngineOption,
  budget: MemoryBudget,
  coefficients: Coefficients,
  { model, requirements: { workload } }: PlanningContext,
): Curve {
  const features: StepFeatures = stepFeatures(model.architecture, checkpoint.key, gpu, layout, {
    kvBytes: option.kvCacheDtype === 'fp8' ? 1 : 2,
    mtpTokens: option.mtpTokens,
  });
  const input: CurveInput = {
    features,
    coefficients,
    load: {
      inputTokens: workload.inputTokens.mean,
      cachedTokens: option.prefixCaching ? sharedTokens(workload, budget.pool.blockTokens) : 0,
      outputTokens: workload.outputTokens.mean,
      maxBatch: NO_LIMIT,
      maxNumBatchedTokens: option.maxNumBatchedTokens,
      ...(option.prefixCaching
        ? {
            blockTokens: budget.pool.blockTokens,
            checkpointsWithin: savesStatesWithin(budget.pool, option.mtpTokens),
          }
        : {}),
    },
    tail: { inputP95Tokens: workload.inputTokens.p95, outputP95Tokens: workload.outputTokens.p95 },
  };
  return { ...input, at: remembered((rate) => atRate(input, rate)), historyAt: () => null };
}

/** Prefix hits come in whole blocks: a shared prefix shorter than one block never hits. */
const sharedTokens = (
  { sharedPrefixShare, inputTokens }: PlanningContext['requirements']['workload'],
  blockTokens: number,
): number => Math.floor((sharedPrefixShare * inputTokens.mean) / blockTokens) * blockTokens;

const Z_95 = 1.6449;

/**
 * What a rate of one rank breaks, or null: the SLO at the wanted confidence, or the slots. Arrivals are random, so the
 * batch is Poisson around its mean; its 95th percentile must find slots and blocks, because waiting for one is not in
 * the closed form.
 */
export function problemOf(
  design: Design,
  { slo, confidence }: PlanningContext['requirements'],
  rate: number,
): Shortfall | null {
  const p = design.curve.at(rate);
  const problem = shortfallOf(p, slo, design.footing, confidence);
  if (problem !== null) return problem;
  const { decodeBatch } = p.mean;
  const busy = decodeBatch + Z_95 * Math.sqrt(decodeBatch);
  if (busy <= design.mostSequences) return null;
  return {
    limit: 'sequences that fit',
    figureSeconds: null,
    targetSeconds: null,
    distance: busy / design.mostSequences,
  };
}
