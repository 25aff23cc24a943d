import { GPUS_AS_OF } from '../hardware/gpus';
import { INSTANCE_TYPES_AS_OF } from '../hardware/instance-types';
import { type Catalogue, zonesOf } from '../hardware/offerings';
import { MODELS_AS_OF } from '../models/registry';
import type { Calibration } from '../performance/calibration';
import { type Coefficients, FITTED, FITTED_ON } from '../performance/coefficients';
import { PLAN_SCHEMA_VERSION, type Plan } from '../plan/schema';
import type { Market } from '../requirements/input';
import type { Requirements } from '../requirements/requirements';
import type { ResolvedRequirements } from '../requirements/resolve';
import { serveArguments, serveEnvironment } from '../vllm/arguments';
import { findRelease } from '../vllm/releases';
import { alternativesTo } from './alternatives';
import { breakEvens, HOSTED_APIS_AS_OF } from './break-even';
import { calibrationNotes, calibrationsFor, calibrationUses } from './calibrations';
import type { PlanningContext } from './candidate';
import { STACK_PRICES_AS_OF } from './cost';
import { dearerThanOnDemand } from './dearer-market';
import { describeOption } from './describe';
import type { DesignMemory } from './design-memory';
import { engineFigures, engineSettings } from './engine-section';
import { bestByType, explainRejections, paretoFrontier } from './explain';
import { memoryFigures, predictedFigures, scalingTarget } from './figures';
import type { Option } from './fleet';
import { marketPrices } from './markets';
import type { MixSolver } from './mix/solver';
import { NoFleetError } from './no-fleet';
import { plannedNotes } from './notes';
import { quotaNeeds, quotaNote } from './quotas';
import { recommend } from './recommend';
import { planRisks } from './risks';
import { openSearch, type Search } from './search';
import { planSeries } from './series';
import { downloadBytes } from './storage';
import { summarise } from './summary';
import { planTimeouts } from './timeouts';
import { costPerMillionTokens, costPerMillionTokensFullLoad } from './token-cost';
import { withoutEffect } from './without-effect';
import { machineZones } from './zones';

export interface PlanningData {
  readonly catalogue: Catalogue;
  readonly coefficients?: Coefficients;
  /** What benchmarks taught; those of other models and releases are left aside. */
  readonly calibrations?: readonly Calibration[];
  /** Size every candidate in full, also those that cannot win. */
  readonly exhaustive?: boolean;
  /** Loaded by whoever calls (npm package `highs`); without one, one fleet is planned. */
  readonly solver?: MixSolver;
  /** Where many plans are made one after the other: what one learns of the engines, for the next. */
  readonly designs?: DesignMemory;
  /** Called as the work goes on, however often. */
  readonly progress?: () => void;
}

/** Growth allowed beyond the planned machines before the Auto Scaling group stops, where no schedule asks for more. */
const MAX_GROWTH = 2;

/** A block holds the machines that were bought, and no more. */
const mostMachines = (instances: number, market: Market, { deployment }: Requirements): number =>
  Math.max(
    market === 'capacity-block' ? instances : instances * MAX_GROWTH,
    ...deployment.schedule.map(({ maxInstances }) => maxInstances),
  );

/** What a plan of these requirements is computed from. */
export function planningContext(
  { requirements, model }: ResolvedRequirements,
  data: PlanningData,
): PlanningContext {
  const release = findRelease(requirements.vllmVersion);
  if (!release) throw new Error(`release ${requirements.vllmVersion} was not checked`);
  return {
    requirements,
    model,
    catalogue: data.catalogue,
    coefficients: data.coefficients ?? FITTED,
    calibrations: calibrationsFor(data.calibrations ?? [], model.name, release.version),
    release,
    progress: data.progress ?? (() => undefined),
  };
}

/** A plan of one fleet, and what a search for a mix of fleets goes on from. */
export interface Draft {
  readonly plan: Plan;
  readonly search: Search;
  /** The cheapest single fleet, in closed form. */
  readonly best: Option;
}

/**
 * The plan of one fleet, or why there is none.
 * @param early told the plan while its alternatives are still to be simulated; it has none then
 */
export function tryDraft(
  resolved: ResolvedRequirements,
  data: PlanningData,
  early: (plan: Plan) => void = () => undefined,
): Draft | NoFleetError {
  const context = planningContext(resolved, data);
  const { requirements, model, release } = context;
  const search = openSearch(context, data.designs && ((asked) => data.designs!.storeFor(asked)));
  const found = recommend(search, data.exhaustive ?? false);
  if (found === null) return new NoFleetError(search);

  const { recommended: chosen, best, check, whyNotBest } = found;
  const { candidate, instances, replicas, storage, cost } = chosen;
  const { offer, checkpoint, layout } = candidate;
  const predicted = predictedFigures(chosen, check.simulated, context);
  const timeouts = planTimeouts(
    requirements,
    { ttftHighSeconds: predicted.ttftP95Seconds.high, tpotHighSeconds: predicted.tpotP95Seconds.high },
    chosen.coldStartSeconds,
  );
  const settings = engineSettings(chosen, check.engine, timeouts, context);
  const zoneIds = machineZones(offer.offering.zoneIds, instances, requirements.minZones);
  const sized = bestByType(search, chosen);
  const quotas = quotaNeeds(
    offer,
    instances,
    mostMachines(instances, offer.market, requirements),
    requirements,
    data.catalogue,
  );
  const alone: Plan = {
    schemaVersion: PLAN_SCHEMA_VERSION,
    name: requirements.name,
    summary: summarise(chosen, requirements, predicted),
    requirements,
    notes: [
      ...resolved.notes,
      ...calibrationNotes(chosen, context),
      ...plannedNotes(chosen, context),
      ...withoutEffect(offer.market, requirements),
      ...quotas.map(quotaNote).filter((note) => note !== null),
    ],
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
      ...engineFigures(settings, check.engine),
      vllmVersion: release.version,
      image: release.image,
      arguments: serveArguments(settings, release),
      environment: serveEnvironment(settings, release),
    },
    memory: memoryFigures(chosen, check.engine),
    predicted,
    timeoutsSeconds: timeouts,
    scaling: {
      minInstances: fewestInstances(chosen),
      maxInstances: mostMachines(instances, offer.market, requirements),
      targetConcurrencyPerReplica: scalingTarget(chosen, check.engine.maxNumSeqs, context),
      hourlyInstances: chosen.hourlyInstances === null ? null : [...chosen.hourlyInstances],
    },
    storage,
    cost: {
      usdPerHour: cost.usdPerHour,
      usdPerMonth: cost.usdPerMonth,
      instance: cost.instance,
      items: [...cost.items],
      usdPerMillionTokens: costPerMillionTokens(cost.usdPerMonth, requirements),
      usdPerMillionTokensFullLoad: costPerMillionTokensFullLoad(chosen, requirements),
    },
    risks: [dearerThanOnDemand(chosen, search), ...planRisks(chosen, context, zoneIds)].filter(
      (risk) => risk !== null,
    ),
    alternatives: [],
    bestCost: { option: describeOption(best, context), whyNot: whyNotBest },
    pareto: paretoFrontier(sized, context).map((option) => describeOption(option, context)),
    markets: marketPrices(chosen, context),
    breakEven: breakEvens(chosen, context),
    quotas,
    rejected: explainRejections(search, chosen, sized),
    ...calibrationUses(context),
    dataDates: {
      catalogue: data.catalogue.asOf,
      gpus: GPUS_AS_OF,
      instanceTypes: INSTANCE_TYPES_AS_OF,
      models: MODELS_AS_OF,
      performance: FITTED_ON,
      hostedApis: HOSTED_APIS_AS_OF,
      stackPrices: STACK_PRICES_AS_OF,
    },
    series: planSeries(chosen, search),
  };
  early(alone);
  return { plan: { ...alone, alternatives: alternativesTo(chosen, search) }, search, best };
}

const fewestInstances = ({ instances, hourlyInstances }: Option): number =>
  Math.max(1, Math.min(instances, ...(hourlyInstances ?? [])));
