import { ranksOf } from '../performance/features';
import { type GroundedEngine, groundedEngine } from '../performance/grounded-engine';
import { roomOf } from '../requirements/adapters';
import type { Layout } from '../vllm/layout';
import type { PlanningContext } from './candidate';
import type { CapacityBracket } from './capacity-bracket';
import { type Curve, curveOf } from './curve';
import type { Design } from './design';
import { alike, divided } from './divided';
import type { ReplicaKind } from './engine-memory';
import { type EngineOption, engineOptions } from './engine-options';
import type { Miss } from './filters/filter';
import { historyOf } from './history';
import { Kept } from './kept';
import { layoutText } from './layouts';
import { memoryFor } from './memory';

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

  of(kind: ReplicaKind): DesignSet {
    const { gpu, checkpoint, layout } = kind;
    const key = `${gpu.id}/${checkpoint.key}/${layoutText(layout)}`;
    let set = this.sets.get(key);
    if (set === undefined) {
      set = designSet(key, kind, this.context);
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

function designSet(key: string, kind: ReplicaKind, context: PlanningContext): DesignSet {
  const { gpu, checkpoint, layout } = kind;
  const { model, release, requirements } = context;
  const options = engineOptions(gpu, layout, context);
  const outcomes = new Array<DesignOutcome | undefined>(options.length);
  const curves = new Map<string, Curve>();
  const allGrounded = new Map<string, GroundedEngine>();
  const groundedFor = (option: EngineOption): GroundedEngine => {
    const { kvCacheDtype, mtpTokens } = option;
    const engineKey = `${mtpTokens}/${kvCacheDtype}`;
    let grounded = allGrounded.get(engineKey);
    if (grounded === undefined) {
      grounded = groundedEngine(context.coefficients, context.calibrations, {
        model,
        gpu,
        layout,
        kvCacheDtype,
        mtpTokens,
        release,
        checkpoint: checkpoint.key,
        maxNumBatchedTokens: option.maxNumBatchedTokens,
        adapters: roomOf(requirements),
      });
      allGrounded.set(engineKey, grounded);
    }
    return grounded;
  };
  const make = (option: EngineOption): DesignOutcome => {
    const memory = memoryFor(kind, option, context);
    if (!memory.ok) return memory;
    const grounded = groundedFor(option);
    const curveKey = `${option.mtpTokens}/${option.kvCacheDtype}/${memory.maxNumBatchedTokens}`;
    let curve = curves.get(curveKey);
    if (curve === undefined) {
      curve = curveOf(
        grounded,
        { ...option, maxNumBatchedTokens: memory.maxNumBatchedTokens },
        memory.budget,
        requirements,
      );
      curves.set(curveKey, curve);
    }
    const history = option.prefixCaching ? historyOf(requirements.workload) : null;
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
