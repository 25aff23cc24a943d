import { type Gpu, usableMemory } from '../hardware/gpus';
import type { Checkpoint } from '../models/checkpoints';
import { type Basis, basisOf } from '../performance/coefficients';
import { stepFeatures } from '../performance/features';
import { pessimistic } from '../performance/interval';
import { type Percentile95, percentile95 } from '../performance/percentile';
import type { MemoryBudget } from '../vllm/budget';
import { chooseEngineSettings, type EngineChoice } from '../vllm/choose';
import type { Layout } from '../vllm/layout';
import { blocksPerSequence } from '../vllm/pool';
import { batchDefaults } from '../vllm/releases';
import type { PlanningContext } from './candidate';

/** What one engine replica on one kind of GPU can do for the workload; independent of machine, region and price. */
export interface Replica {
  readonly checkpoint: Checkpoint;
  readonly layout: Layout;
  readonly gpu: Gpu;
  readonly basis: Basis;
  readonly budget: MemoryBudget;
  /** Engine settings with the reason for each; the budget and the limits below are its own. */
  readonly engine: EngineChoice;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** Average sequences that fit in the pool. */
  readonly poolSequences: number;
  /** Highest rate within the SLO at the wanted confidence. */
  readonly capacityRequestsPerSecond: number;
  readonly limitedBy: string;
  /** Prediction at a rate, requests per second. */
  readonly predict: (requestsPerSecond: number) => Percentile95;
}

export type ReplicaOutcome =
  | { readonly ok: true; readonly replica: Replica }
  | {
      readonly ok: false;
      readonly filter: 'memory' | 'latency-floor';
      readonly reason: string;
      readonly distance: number;
    };

const IDLE_REQUESTS_PER_SECOND = 1e-3;
const SMALLEST_MAX_NUM_SEQS = 16;
/** Sequences above the batch at capacity, so that a burst queues in the engine and not for want of slots. */
const SEQUENCE_HEADROOM = 1.5;

/** Sizes one replica: engine settings, memory, and the rate it sustains within the SLO. */
export function sizeReplica(
  gpu: Gpu,
  checkpoint: Checkpoint,
  layout: Layout,
  context: PlanningContext,
): ReplicaOutcome {
  const usableGiB = usableMemory(gpu).gib;
  const defaults = batchDefaults(context.release, { id: gpu.id, usableGiB });
  const first = replicaWith(gpu, checkpoint, layout, context, usableGiB, Math.min(256, defaults.maxNumSeqs));
  if (!first.ok) return first;
  const batch = first.replica.predict(first.replica.capacityRequestsPerSecond).mean.decodeBatch;
  const wanted = Math.ceil((batch * SEQUENCE_HEADROOM) / 8) * 8;
  const maxNumSeqs = Math.min(
    Math.max(wanted, SMALLEST_MAX_NUM_SEQS),
    defaults.maxNumSeqs,
    first.replica.budget.poolBlocks,
  );
  const second = replicaWith(gpu, checkpoint, layout, context, usableGiB, maxNumSeqs);
  return second.ok &&
    second.replica.capacityRequestsPerSecond >= first.replica.capacityRequestsPerSecond * 0.98
    ? second
    : first;
}

function replicaWith(
  gpu: Gpu,
  checkpoint: Checkpoint,
  layout: Layout,
  context: PlanningContext,
  usableGiB: number,
  maxNumSeqs: number,
): ReplicaOutcome {
  const { requirements, model, release } = context;
  const outcome = chooseEngineSettings({
    architecture: model.architecture,
    checkpoint,
    layout,
    gpu,
    release,
    contextTokens: requirements.contextTokens,
    wantedSequences: maxNumSeqs,
    vision: requirements.multimodal,
    mtpTokens: 0,
    kvCacheDtype: 'auto',
  });
  if (!outcome.ok) {
    const reason =
      outcome.budget === null ? outcome.reason : `TP ${layout.tensorParallel}: ${outcome.reason}`;
    const distance =
      outcome.budget === null ? Number.POSITIVE_INFINITY : outcome.budget.weightsGiB / usableGiB;
    return { ok: false, filter: 'memory', reason, distance };
  }
  return withCapacity(gpu, checkpoint, layout, context, outcome.choice);
}

function withCapacity(
  gpu: Gpu,
  checkpoint: Checkpoint,
  layout: Layout,
  context: PlanningContext,
  engine: EngineChoice,
): ReplicaOutcome {
  const { requirements, model, coefficients } = context;
  const { budget, maxNumSeqs, maxNumBatchedTokens } = engine;
  const { workload, slo, confidence } = requirements;
  const features = stepFeatures(model.architecture, checkpoint.key, gpu, layout, {
    kvBytes: 2,
    mtpTokens: 0,
  });
  const basis = basisOf(model.name, gpu.id);
  const meanTokens = workload.inputTokens.mean + workload.outputTokens.mean;
  const poolSequences = Math.floor((budget.poolBlocks - 1) / blocksPerSequence(budget.pool, meanTokens));
  const sharedTokens = workload.sharedPrefixShare * workload.inputTokens.mean;
  // Prefix hits come in whole blocks: a shared prefix shorter than one block never hits.
  const cachedTokens = Math.floor(sharedTokens / budget.pool.blockTokens) * budget.pool.blockTokens;
  const predict = (requestsPerSecond: number): Percentile95 =>
    percentile95(
      features,
      coefficients,
      {
        arrivals: { kind: 'open', requestsPerSecond, spacing: 'poisson' },
        inputTokens: workload.inputTokens.mean,
        cachedTokens,
        outputTokens: workload.outputTokens.mean,
        maxBatch: Math.max(1, Math.min(maxNumSeqs, poolSequences)),
        maxNumBatchedTokens,
      },
      { inputP95Tokens: workload.inputTokens.p95 },
    );

  const problemAt = (rate: number): Shortfall | null => {
    const p = predict(rate);
    const ttft = pessimistic(p.ttftP95Seconds, 'ttft', basis, confidence);
    const tpot = pessimistic(p.tpotP95Seconds, 'tpot', basis, confidence);
    const worse =
      tpot / slo.tpotP95Seconds >= ttft / slo.ttftP95Seconds
        ? exceeds('TPOT p95', tpot, slo.tpotP95Seconds)
        : exceeds('TTFT p95', ttft, slo.ttftP95Seconds);
    if (worse.distance > 1) return worse;
    return p.mean.stable
      ? null
      : { limit: 'sequences that fit', text: 'more sequences than fit at once', distance: 1 };
  };

  const idle = problemAt(IDLE_REQUESTS_PER_SECOND);
  if (idle !== null) {
    return {
      ok: false,
      filter: 'latency-floor',
      reason: `${checkpoint.key} TP ${layout.tensorParallel} even at idle: ${idle.text} (at ${Math.round(confidence * 100)}% confidence)`,
      distance: idle.distance,
    };
  }
  const { rate, limit } = highestRate(problemAt);
  return {
    ok: true,
    replica: {
      checkpoint,
      layout,
      gpu,
      basis,
      budget,
      engine,
      maxNumSeqs,
      maxNumBatchedTokens,
      poolSequences,
      capacityRequestsPerSecond: rate,
      limitedBy: limit,
      predict,
    },
  };
}

/** Why a rate is too high: what limits, and the figures. */
interface Shortfall {
  readonly limit: string;
  readonly text: string;
  /** Figure over target. */
  readonly distance: number;
}

const exceeds = (figure: string, actual: number, wanted: number): Shortfall => ({
  limit: figure,
  text: `${figure} ${milliseconds(actual)}, wanted ${milliseconds(wanted)}`,
  distance: actual / wanted,
});

const milliseconds = (seconds: number): string =>
  seconds >= 1 ? `${seconds.toFixed(2)} s` : `${(seconds * 1000).toFixed(0)} ms`;

/** Leaves the rate within 0.3 percent: far inside the model's own error. */
const BISECTIONS = 9;
const HIGHEST_RATE = 1e5;

/** Highest rate without a problem, and the problem just above it. */
function highestRate(problemAt: (rate: number) => Shortfall | null): { rate: number; limit: string } {
  let good = IDLE_REQUESTS_PER_SECOND;
  let bad = good;
  let limit: Shortfall | null = null;
  while (limit === null && bad < HIGHEST_RATE) {
    good = bad;
    bad *= 4;
    limit = problemAt(bad);
  }
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = Math.sqrt(good * bad);
    const problem = problemAt(middle);
    if (problem === null) good = middle;
    else {
      bad = middle;
      limit = problem;
    }
  }
  return { rate: good, limit: limit?.limit ?? 'nothing' };
}
