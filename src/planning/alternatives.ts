import { intervalAround } from '../performance/interval';
import type { Alternative, PlanOption } from '../plan/schema';
import type { PlanningContext } from './candidate';
import { figure } from './figures';
import { type Option, withInstances } from './fleet';
import { cheapestOption, openSearch, type Search } from './search';

/** The option as the Plan shows it. */
export function describeOption(option: Option, { requirements }: PlanningContext): PlanOption {
  const { candidate, replica, instances, replicas, cost } = option;
  const { ttftP95Seconds, tpotP95Seconds } = replica.predict(
    requirements.workload.requestsPerSecond / replicas,
  );
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
    ttftP95Seconds: figure(intervalAround(ttftP95Seconds, 'ttft', replica.basis)),
    tpotP95Seconds: figure(intervalAround(tpotP95Seconds, 'tpot', replica.basis)),
    usdPerMonth: cost.usdPerMonth,
  };
}

/** The neighbours of a choice a reviewer asks about. */
export function alternativesTo(chosen: Option, search: Search): Alternative[] {
  return [
    nextCheaper(chosen, search.context),
    nextSafer(chosen, search.context),
    nextFaster(chosen, search),
  ].filter((a) => a !== null);
}

const EVEN_ODDS = 0.5;

/** The plan that holds at even odds instead of the wanted confidence. */
function nextCheaper(chosen: Option, context: PlanningContext): Alternative | null {
  const { confidence } = context.requirements;
  if (confidence <= EVEN_ODDS) return null;
  const relaxed = cheapestOption(
    openSearch({ ...context, requirements: { ...context.requirements, confidence: EVEN_ODDS } }),
  );
  if (!relaxed || relaxed.cost.usdPerMonth >= chosen.cost.usdPerMonth) return null;
  const saved = Math.round(chosen.cost.usdPerMonth - relaxed.cost.usdPerMonth);
  return {
    kind: 'next-cheaper',
    option: describeOption(relaxed, context),
    tradeOff: `saves $${saved} a month; the SLO then holds at even odds instead of ${Math.round(confidence * 100)}%`,
  };
}

/** One machine more: a failure no longer stops the service. */
function nextSafer(chosen: Option, context: PlanningContext): Alternative {
  const option = withInstances(chosen.candidate, chosen.replica, chosen.instances + 1, context);
  const extra = Math.round(option.cost.usdPerMonth - chosen.cost.usdPerMonth);
  const zones = chosen.candidate.offer.offering.zoneIds.length > 1 ? ' in another zone' : '';
  return {
    kind: 'next-safer',
    option: describeOption(option, context),
    tradeOff: `$${extra} a month more for one machine more${zones}: the load survives the loss of one`,
  };
}

const NOTICEABLY_FASTER = 0.8;

/** The cheapest option whose tokens come at least a fifth faster. */
function nextFaster(chosen: Option, search: Search): Alternative | null {
  const { context } = search;
  const tpotOf = (option: Option): number =>
    option.replica.predict(context.requirements.workload.requestsPerSecond / option.replicas).tpotP95Seconds;
  const current = tpotOf(chosen);
  const faster = cheapestOption(search, (option) => tpotOf(option) <= current * NOTICEABLY_FASTER);
  if (!faster) return null;
  const extra = Math.round(faster.cost.usdPerMonth - chosen.cost.usdPerMonth);
  return {
    kind: 'next-faster',
    option: describeOption(faster, context),
    tradeOff: `$${extra} a month more; a token every ${(tpotOf(faster) * 1000).toFixed(0)} ms instead of ${(current * 1000).toFixed(0)} ms (p95)`,
  };
}
