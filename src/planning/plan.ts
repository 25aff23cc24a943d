import { UserError } from '../errors';
import { GPUS_AS_OF, usableMemory } from '../hardware/gpus';
import { INSTANCE_TYPES_AS_OF } from '../hardware/instance-types';
import { type Catalogue, zonesOf } from '../hardware/offerings';
import { MODELS_AS_OF } from '../models/registry';
import { type Coefficients, FITTED, FITTED_ON } from '../performance/coefficients';
import { intervalAround } from '../performance/interval';
import { PLAN_SCHEMA_VERSION, type Plan } from '../plan/schema';
import type { ResolvedRequirements } from '../requirements/resolve';
import { type EngineSettings, serveArguments, serveEnvironment } from '../vllm/arguments';
import { knownProblems } from '../vllm/known-problems';
import { findRelease } from '../vllm/releases';
import { alternativesTo } from './alternatives';
import type { PlanningContext } from './candidate';
import { explainNothing, explainRejections } from './explain';
import { figure, significant } from './figures';
import { type Option, TARGET_UTILISATION } from './fleet';
import { planRisks } from './risks';
import { cheapestOption, openSearch } from './search';
import { downloadBytes } from './storage';
import { summarise } from './summary';
import { planTimeouts } from './timeouts';

export interface PlanningData {
  readonly catalogue: Catalogue;
  readonly coefficients?: Coefficients;
  /** Size every candidate, also those that cannot win. */
  readonly exhaustive?: boolean;
}

/** Share of max-num-seqs at which another machine is started, at most. */
const SCALE_OUT_SHARE = 0.8;
/** Growth allowed beyond the planned machines before the Auto Scaling group stops. */
const MAX_GROWTH = 2;

/**
 * The plan for the requirements.
 * @throws UserError (exit code 1) when nothing meets them, naming the nearest miss and what would help
 */
export function makePlan({ requirements, model, notes }: ResolvedRequirements, data: PlanningData): Plan {
  const release = findRelease(requirements.vllmVersion);
  if (!release) throw new Error(`release ${requirements.vllmVersion} was not checked`);
  const context: PlanningContext = {
    requirements,
    model,
    catalogue: data.catalogue,
    coefficients: data.coefficients ?? FITTED,
    release,
  };
  const search = openSearch(context);
  const chosen = cheapestOption(search, undefined, data.exhaustive);
  if (!chosen) throw new UserError(explainNothing(search, context), 1);

  const { candidate, replica, instances, replicas, storage, cost } = chosen;
  const { offer, checkpoint, layout } = candidate;
  const prediction = replica.predict(requirements.workload.requestsPerSecond / replicas);
  const predicted = predictedFigures(chosen, context);
  const timeouts = planTimeouts(
    requirements,
    { ttftHighSeconds: predicted.ttftP95Seconds.high, tpotHighSeconds: predicted.tpotP95Seconds.high },
    chosen.coldStartSeconds,
  );
  const settings: EngineSettings = {
    hfId: checkpoint.hfId,
    revision: 'main',
    servedModelName: model.name,
    layout,
    maxModelLen: requirements.contextTokens,
    maxNumSeqs: replica.maxNumSeqs,
    maxNumBatchedTokens: replica.maxNumBatchedTokens,
    gpuMemoryUtilization: replica.engine.gpuMemoryUtilization,
    kvCacheDtype: replica.engine.kvCacheDtype,
    prefixCaching: replica.engine.prefixCaching,
    mtpTokens: 0,
    multimodal: requirements.multimodal,
    thinking: requirements.workload.thinking,
    workarounds: knownProblems({
      release,
      model: model.name,
      checkpoint,
      layout,
      computeCapability: candidate.gpu.computeCapability,
      prefixCaching: replica.engine.prefixCaching,
      mtpTokens: 0,
    }).flatMap(({ workaround }) => workaround ?? []),
    shutdownTimeoutSeconds: timeouts.engineShutdown,
    keepAliveSeconds: timeouts.engineKeepAlive,
  };
  const zoneIds = placeMachines(offer.offering.zoneIds, instances, requirements.minZones);
  return {
    schemaVersion: PLAN_SCHEMA_VERSION,
    name: requirements.name,
    summary: summarise(chosen, requirements, predicted),
    requirements,
    notes: [...notes],
    choice: {
      hfId: checkpoint.hfId,
      revision: settings.revision,
      checkpoint: checkpoint.key,
      checkpointBytes: downloadBytes(model, checkpoint),
      checkpointEvidence: `${checkpoint.evidence}: ${checkpoint.source}`,
      region: offer.offering.region,
      market: offer.market,
      zoneIds,
      loadBalancerZoneIds: [
        ...new Set([...zoneIds, ...zonesOf(data.catalogue, offer.offering.region)]),
      ].slice(0, Math.max(2, zoneIds.length)),
      instanceType: offer.type.name,
      gpu: candidate.gpu.id,
      gpusPerInstance: offer.type.gpuCount,
      layout,
      replicasPerInstance: candidate.replicasPerInstance,
      instances,
      replicas,
    },
    engine: {
      vllmVersion: release.version,
      image: release.image,
      servedModelName: settings.servedModelName,
      arguments: serveArguments(settings, release),
      environment: serveEnvironment(settings, release),
      maxModelLen: settings.maxModelLen,
      maxNumSeqs: settings.maxNumSeqs,
      maxNumBatchedTokens: settings.maxNumBatchedTokens,
      gpuMemoryUtilization: settings.gpuMemoryUtilization,
      kvCacheDtype: settings.kvCacheDtype,
      prefixCaching: settings.prefixCaching,
      mtpTokens: settings.mtpTokens,
      reasons: engineReasons(chosen, requirements.multimodal),
    },
    memory: memoryFigures(chosen),
    predicted,
    timeoutsSeconds: timeouts,
    scaling: {
      minInstances: instances,
      maxInstances: instances * MAX_GROWTH,
      targetConcurrencyPerReplica: scalingTarget(chosen, prediction.mean.decodeBatch),
    },
    storage,
    cost: {
      usdPerHour: cost.usdPerHour,
      usdPerMonth: cost.usdPerMonth,
      instance: cost.instance,
      items: [...cost.items],
      usdPerMillionTokens: costPerMillionTokens(cost.usdPerHour, requirements),
    },
    risks: planRisks(chosen, context, zoneIds),
    alternatives: alternativesTo(chosen, search),
    rejected: explainRejections(search, chosen),
    dataDates: {
      catalogue: data.catalogue.asOf,
      gpus: GPUS_AS_OF,
      instanceTypes: INSTANCE_TYPES_AS_OF,
      models: MODELS_AS_OF,
      performance: FITTED_ON,
    },
  };
}

/** As many zones as there are machines, at least as many as asked for; the type's first zones by id. */
function placeMachines(offered: readonly string[], instances: number, minZones: number): string[] {
  return offered.slice(0, Math.max(minZones, Math.min(instances, offered.length)));
}

function predictedFigures(
  { replica, replicas }: Option,
  { requirements }: PlanningContext,
): Plan['predicted'] {
  const rate = requirements.workload.requestsPerSecond / replicas;
  const { mean, ttftP95Seconds, tpotP95Seconds } = replica.predict(rate);
  // Below saturation the output rate follows the arrivals, so its interval is the capacity's, capped by demand.
  const output = mean.outputTokensPerSecond * replicas;
  return {
    basis: replica.basis,
    ttftP95Seconds: figure(intervalAround(ttftP95Seconds, 'ttft', replica.basis)),
    tpotP95Seconds: figure(intervalAround(tpotP95Seconds, 'tpot', replica.basis)),
    outputTokensPerSecond: figure({ low: output, expected: output, high: output }),
    concurrencyPerReplica: significant(Math.max(mean.decodeBatch + rate * mean.ttftSeconds, 1e-3)),
    capacityRequestsPerSecondPerReplica: significant(replica.capacityRequestsPerSecond),
    utilisation: significant(rate / replica.capacityRequestsPerSecond),
    limitedBy: replica.limitedBy,
  };
}

function memoryFigures({ candidate, replica }: Option): Plan['memory'] {
  const usable = usableMemory(candidate.gpu);
  const { budget } = replica;
  return {
    usableGiB: usable.gib,
    usableEvidence: `${usable.evidence}: ${usable.source}`,
    weightsGiB: significant(budget.weightsGiB),
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

function engineReasons({ replica }: Option, multimodal: boolean): Record<string, string> {
  return {
    ...replica.engine.reasons,
    maxNumSeqs: `one and a half times the batch at capacity; the pool holds ${replica.budget.poolBlocks} blocks and about ${replica.poolSequences} average sequences`,
    shutdownTimeout: 'running requests finish when a machine is drained',
    ...(multimodal ? {} : { languageModelOnly: 'text only: the vision tower is not loaded' }),
  };
}

/** Concurrency at which the next machine starts: what one replica runs at the target share of its capacity. */
function scalingTarget({ replica }: Option, plannedBatch: number): number {
  const atTarget = replica.predict(replica.capacityRequestsPerSecond * TARGET_UTILISATION).mean.decodeBatch;
  return Math.max(
    1,
    Math.min(Math.ceil(Math.max(atTarget, plannedBatch)), Math.floor(replica.maxNumSeqs * SCALE_OUT_SHARE)),
  );
}

/** All of the cost put on input or on output tokens in proportion one to five, the usual ratio of API list prices. */
const OUTPUT_TO_INPUT_PRICE = 5;

function costPerMillionTokens(
  usdPerHour: number,
  { workload }: PlanningContext['requirements'],
): { input: number; output: number } {
  const requests = workload.requestsPerSecond * 3600;
  const weighted =
    requests * (workload.inputTokens.mean + OUTPUT_TO_INPUT_PRICE * workload.outputTokens.mean);
  const input = (usdPerHour / weighted) * 1e6;
  return { input: significant(input), output: significant(input * OUTPUT_TO_INPUT_PRICE) };
}
