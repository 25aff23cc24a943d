import { intervalAround } from '../performance/interval';
import type { PlanOption } from '../plan/schema';
import type { PlanningContext } from './candidate';
import type { Simulated } from './check';
import { atPeak, type Option } from './fleet';
import { figure, significant } from './rounding';

/** The option as the Plan shows it. */
export function describeOption(option: Option, context: PlanningContext, simulated?: Simulated): PlanOption {
  const { candidate, design, instances, cost } = option;
  const { ttftP95Seconds, tpotP95Seconds } = atPeak(option, context);
  return {
    checkpoint: candidate.checkpoint.key,
    region: candidate.offer.offering.region,
    market: candidate.offer.market,
    instanceType: candidate.offer.type.name,
    gpu: candidate.gpu.id,
    gpusPerInstance: candidate.offer.type.gpuCount,
    layout: candidate.layout,
    replicasPerInstance: candidate.replicasPerInstance,
    instances,
    ttftP95Seconds: figure(intervalAround(ttftP95Seconds, 'ttft', design.footing)),
    tpotP95Seconds: figure(intervalAround(tpotP95Seconds, 'tpot', design.footing)),
    usdPerMonth: cost.usdPerMonth,
    extras: [...design.extras],
    utilisation: significant(utilisationOf(option, context)),
    ...(simulated === undefined ? {} : { simulated: describeSimulated(simulated) }),
  };
}

/** Planned rate over the capacity within the SLO. */
export const utilisationOf = (option: Option, { requirements }: PlanningContext): number =>
  requirements.workload.requestsPerSecond / (option.capacityRequestsPerSecond * option.replicas);

export const describeSimulated = (simulated: Simulated) => ({
  ...simulated,
  ttftP95Seconds: significant(simulated.ttftP95Seconds),
  tpotP95Seconds: simulated.tpotP95Seconds === null ? null : significant(simulated.tpotP95Seconds),
  goodputShare: significant(simulated.goodputShare),
});
