import type { Gpu } from '../hardware/gpus';
import type { Checkpoint } from '../models/checkpoints';
import { type Grounded, groundedIn } from '../performance/calibration';
import { holdsSlo, type Shortfall, shortfallOf } from '../performance/capacity';
import type { Basis } from '../performance/coefficients';
import { ranksOf } from '../performance/features';
import type { Footing } from '../performance/interval';
import type { Layout } from '../vllm/layout';
import type { PlanningContext } from './candidate';
import type { CapacityBracket } from './capacity-bracket';
import { type Curve, curveOf, type Seen } from './curve';
import { alike, divided } from './divided';
import { type EngineOption, engineOptions } from './engine-options';
import type { Miss } from './filters/filter';
import { historyOf } from './history';
import { Kept } from './kept';
import { layoutText } from './layouts';
import { memoryFor } from './memory';

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
  const allGrounded = new Map<string, Grounded>();
  const groundedFor = ({ kvCacheDtype, mtpTokens }: EngineOption): Grounded => {
    const engineKey = `${mtpTokens}/${kvCacheDtype}`;
    let grounded = allGrounded.get(engineKey);
    if (grounded === undefined) {
      grounded = groundedIn(context.coefficients, context.calibrations, {
        model: context.model.name,
        gpu: gpu.id,
        checkpoint: checkpoint.key,
        layout,
        kvCacheDtype,
        mtpTokens,
        release: context.release,
      });
      allGrounded.set(engineKey, grounded);
    }
    return grounded;
  };
  const make = (option: EngineOption): DesignOutcome => {
    const memory = memoryFor(gpu, checkpoint, layout, option, context);
    if (!memory.ok) return memory;
    const grounded = groundedFor(option);
    const curveKey = `${option.mtpTokens}/${option.kvCacheDtype}/${memory.maxNumBatchedTokens}`;
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

const Z_95 = 1.6449;

/**
 * Sequences of which room must be found. Arrivals are random, so the batch is Poisson around its mean; its 95th
 * percentile must find slots and blocks, because waiting for one is not in the closed form.
 */
const busySequences = ({ mean: { decodeBatch } }: Seen): number =>
  decodeBatch + Z_95 * Math.sqrt(decodeBatch);

/** Whether a rate of one rank breaks nothing: neither the SLO at the wanted confidence, nor are slots short. */
export function holds(
  design: Design,
  { slo, confidence }: PlanningContext['requirements'],
  rate: number,
): boolean {
  const p = design.curve.seenAt(rate);
  return busySequences(p) <= design.mostSequences && holdsSlo(p, slo, design.footing, confidence);
}

/** What a rate of one rank breaks; null where it `holds`. */
export function problemOf(
  design: Design,
  { slo, confidence }: PlanningContext['requirements'],
  rate: number,
): Shortfall | null {
  const p = design.curve.seenAt(rate);
  const problem = shortfallOf(p, slo, design.footing, confidence);
  if (problem !== null) return problem;
  const busy = busySequences(p);
  if (busy <= design.mostSequences) return null;
  return {
    limit: 'sequences that fit',
    figureSeconds: null,
    targetSeconds: null,
    distance: busy / design.mostSequences,
  };
}
