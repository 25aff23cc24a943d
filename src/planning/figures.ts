import { usableMemory } from '../hardware/gpus';
import { type Interval, intervalAround } from '../performance/interval';
import type { Plan } from '../plan/schema';
import type { PlanningContext } from './candidate';
import type { Simulated } from './check';
import { describeSimulated, utilisationOf } from './describe';
import { atPeak, type Option } from './fleet';
import { historyFigures } from './history-figures';
import { figure, significant } from './rounding';
import type { SettledEngine } from './settle';

/** What users will feel at the planned peak. */
export function predictedFigures(
  option: Option,
  simulated: Simulated,
  context: PlanningContext,
): Plan['predicted'] {
  const { design, replicas } = option;
  const rate = context.requirements.workload.requestsPerSecond / replicas;
  const { mean, ttftP95Seconds, tpotP95Seconds } = atPeak(option, context);
  // Below saturation the output rate follows the arrivals: it is exact, and only its capacity is uncertain.
  const output: Interval = {
    low: mean.outputTokensPerSecond * replicas,
    expected: mean.outputTokensPerSecond * replicas,
    high: mean.outputTokensPerSecond * replicas,
  };
  const history = historyFigures(option, context);
  return {
    basis: design.basis,
    ttftP95Seconds: figure(intervalAround(ttftP95Seconds, 'ttft', design.footing)),
    tpotP95Seconds: figure(intervalAround(tpotP95Seconds, 'tpot', design.footing)),
    outputTokensPerSecond: figure(output),
    concurrencyPerReplica: significant(
      Math.max(mean.decodeBatch * design.ranks + rate * mean.ttftSeconds, 1e-3),
    ),
    capacityRequestsPerSecondPerReplica: significant(option.capacityRequestsPerSecond),
    utilisation: significant(utilisationOf(option, context)),
    limitedBy: option.limitedBy(),
    ...(history === null ? {} : { history }),
    simulated: describeSimulated(simulated),
  };
}

/** How one GPU is divided. */
export function memoryFigures({ candidate }: Option, { budget }: SettledEngine): Plan['memory'] {
  const usable = usableMemory(candidate.gpu);
  return {
    usableGiB: usable.gib,
    usableEvidence: `${usable.evidence}: ${usable.source}`,
    weightsGiB: significant(budget.weightsGiB),
    ...(budget.adaptersGiB === 0 ? {} : { adaptersGiB: significant(budget.adaptersGiB) }),
    peakActivationGiB: significant(budget.peakActivationGiB),
    cudaGraphGiB: significant(budget.cudaGraphGiB),
    otherGiB: significant(budget.otherGiB),
    marginGiB: significant(budget.marginGiB),
    kvCacheGiB: significant(budget.kvCacheGiB),
    blockTokens: budget.pool.blockTokens,
    poolBlocks: budget.poolBlocks,
    blocksPerMaxLenSequence: budget.blocksPerMaxLenSequence,
    maxLenSequences: significant(budget.maxConcurrency),
  };
}

/** Share of the slots at which another machine is started, at most. */
const SCALE_OUT_SHARE = 0.8;

/** Concurrency at which the next machine starts: what one replica runs at the target share of its capacity. */
export function scalingTarget(option: Option, maxNumSeqs: number, context: PlanningContext): number {
  const { design, capacityRequestsPerSecond, utilisationTarget } = option;
  const batchAt = (rate: number): number =>
    design.curve.at(rate / design.ranks).mean.decodeBatch * design.ranks;
  const planned = atPeak(option, context).mean.decodeBatch * design.ranks;
  const atTarget = batchAt(capacityRequestsPerSecond * utilisationTarget);
  return Math.max(
    1,
    // Each data-parallel rank has slots of its own.
    Math.min(
      Math.ceil(Math.max(atTarget, planned)),
      Math.floor(maxNumSeqs * design.layout.dataParallel * SCALE_OUT_SHARE),
    ),
  );
}
