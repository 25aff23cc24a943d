import type { Rejection } from '../plan/schema';
import type { PlanningContext, Rejected } from './candidate';
import type { Option } from './fleet';
import { FILTER_ORDER, type Prospect, type Search } from './search';

const stage = (filter: string): number => FILTER_ORDER.indexOf(filter as (typeof FILTER_ORDER)[number]);

/** The rejection that came closer: stopped by a later filter, or nearer to passing the same one. */
const closer = (a: Rejected, b: Rejected): number =>
  stage(b.filter) - stage(a.filter) || a.distance - b.distance;

/** One line per instance type that was not chosen: how close it came, and what stopped it; the closest first. */
export function explainRejections(search: Search, chosen: Option): Rejection[] {
  const best = new Map<string, Rejected>();
  const consider = (rejection: Rejected): void => {
    const known = best.get(rejection.instanceType);
    if (!known || closer(rejection, known) < 0) best.set(rejection.instanceType, rejection);
  };
  search.rejected.forEach(consider);
  for (const prospect of search.prospects) {
    const dearer = dearerThan(chosen, prospect, search);
    if (dearer) consider(dearer);
  }
  best.delete(chosen.candidate.offer.type.name);
  return [...best.values()]
    .sort((a, b) => closer(a, b) || (a.instanceType < b.instanceType ? -1 : 1))
    .map(({ distance: _, ...rejection }) => rejection);
}

/** A prospect that would serve at a higher cost, or cannot cost less: what it costs more; null when it cannot serve. */
function dearerThan(chosen: Option, prospect: Prospect, search: Search): Rejected | null {
  const { offer, checkpoint, layout } = prospect.candidate;
  const budget = chosen.cost.usdPerMonth;
  const rejection = (usdPerMonth: number, reason: string): Rejected => ({
    instanceType: offer.type.name,
    checkpoint: checkpoint.key,
    filter: 'cost',
    reason,
    distance: usdPerMonth / budget,
  });
  if (prospect.cheapestUsdPerMonth > budget) {
    const extra = Math.round(prospect.cheapestUsdPerMonth - budget);
    return rejection(
      prospect.cheapestUsdPerMonth,
      `the fewest machines possible cost $${extra} a month more`,
    );
  }
  const option = search.size(prospect);
  if (option === null) return null;
  const machines = `${option.instances} x ${checkpoint.key} TP ${layout.tensorParallel}`;
  const extra = Math.round(option.cost.usdPerMonth - budget);
  return rejection(
    option.cost.usdPerMonth,
    extra <= 0
      ? `would do as well: ${machines} at the same cost`
      : `would do: ${machines}, $${extra} a month more`,
  );
}

/** One line for a requirement nothing meets: the nearest miss, and what would help. */
export function explainNothing(search: Search, context: PlanningContext): string {
  const { requirements, model } = context;
  const regions = requirements.regions.join(', ');
  const nearest = [...search.rejected].sort(closer)[0];
  if (!nearest) return `no GPU machine is offered in ${regions}; add regions`;
  const { instanceType, checkpoint, reason } = nearest;
  const miss = `nearest is ${instanceType}${checkpoint ? ` with ${checkpoint}` : ''}: ${reason}`;
  return `no plan for ${model.name} in ${regions}: ${miss}; ${remedy(nearest, context)}`;
}

function remedy({ filter }: Rejected, { requirements }: PlanningContext): string {
  switch (filter) {
    case 'memory':
      return 'a lower --quality-floor, a smaller --context, or more regions (--region) with larger GPUs would help';
    case 'latency-floor':
      return 'that is the best achievable here: relax the SLO (--ttft-p95, --tpot-p95), shorten the prompts, lower --confidence, or add regions with faster GPUs';
    case 'budget':
      return 'that is the cheapest that works: raise --budget or lower the load';
    case 'instances':
      return 'split the load over several plans, or give a smaller --rate';
    case 'market':
      return `try ${requirements.markets.includes('on-demand') ? '--market spot' : '--market on-demand'}, or more regions (--region)`;
    case 'zones':
      return 'lower --min-zones or add regions (--region)';
    case 'instance-types':
      return 'widen --allow-type or narrow --deny-type';
    default:
      return 'other regions (--region) or another checkpoint may do';
  }
}
