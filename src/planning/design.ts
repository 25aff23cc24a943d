import type { Gpu } from '../hardware/gpus';
import type { Checkpoint } from '../models/checkpoints';
import type { Basis } from '../performance/coefficients';
import type { Footing } from '../performance/interval';
import { Z_95 } from '../performance/queueing';
import { holdsSlo, type Shortfall, shortfallOf } from '../performance/slo';
import type { Layout } from '../vllm/layout';
import type { PlanningContext } from './candidate';
import type { Curve } from './curve';
import type { EngineOption } from './engine-options';

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

/**
 * Sequences of which room must be found, by the mean batch. Arrivals are random, so the batch is Poisson around its mean; its
 * 95th percentile must find slots and blocks, because waiting for one is not in the closed form.
 */
export const busySequences = (meanBatch: number): number => meanBatch + Z_95 * Math.sqrt(meanBatch);

/** Whether a rate of one rank breaks nothing: neither the SLO at the wanted confidence, nor are slots short. */
export function holds(
  design: Design,
  { slo, confidence }: PlanningContext['requirements'],
  rate: number,
): boolean {
  const p = design.curve.seenAt(rate);
  return (
    busySequences(p.mean.decodeBatch) <= design.mostSequences && holdsSlo(p, slo, design.footing, confidence)
  );
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
  const busy = busySequences(p.mean.decodeBatch);
  if (busy <= design.mostSequences) return null;
  return {
    limit: 'sequences that fit',
    figureSeconds: null,
    targetSeconds: null,
    distance: busy / design.mostSequences,
  };
}
