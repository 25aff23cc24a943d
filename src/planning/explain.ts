import { INSTANCE_TYPES } from '../hardware/instance-types';
import type { Rejection } from '../plan/schema';
import type { PlanningContext, Rejected } from './candidate';
import { FILTER_ORDER, type Option, type Search } from './options';

const stage = (filter: string): number => FILTER_ORDER.indexOf(filter as (typeof FILTER_ORDER)[number]);

/** One line per instance type that was not chosen: how close it came, and what stopped it. */
export function explainRejections(search: Search, chosen: Option): Rejection[] {
  const best = new Map<string, Rejected>();
  const consider = (rejection: Rejected): void => {
    const known = best.get(rejection.instanceType);
    if (!known || stage(rejection.filter) > stage(known.filter)) best.set(rejection.instanceType, rejection);
  };
  search.rejected.forEach(consider);
  for (const option of [...search.options].reverse()) {
    const name = option.candidate.offer.type.name;
    best.set(name, { instanceType: name, checkpoint: option.candidate.checkpoint.key, filter: 'cost', reason: dearerReason(option, chosen) });
  }
  best.delete(chosen.candidate.offer.type.name);
  return [...best.values()].sort((a, b) => stage(b.filter) - stage(a.filter) || (a.instanceType < b.instanceType ? -1 : 1));
}

function dearerReason(option: Option, chosen: Option): string {
  const { instances, cost, candidate } = option;
  const extra = cost.usdPerMonth - chosen.cost.usdPerMonth;
  const machines = `${instances} x ${candidate.checkpoint.key} TP ${candidate.layout.tensorParallel}`;
  return extra <= 0
    ? `would do as well: ${machines} at the same cost`
    : `would do: ${machines}, $${Math.round(extra)} a month more`;
}

/** One line for a requirement nothing meets: the nearest miss, and what would help. */
export function explainNothing(search: Search, { requirements, model }: PlanningContext): string {
  const regions = requirements.regions.join(', ');
  const nearest = [...search.rejected].sort((a, b) => stage(b.filter) - stage(a.filter))[0];
  if (!nearest) return `no GPU machine is offered in ${regions}; add regions`;
  const { instanceType, checkpoint, filter, reason } = nearest;
  const head = `no plan for ${model.name} in ${regions}: nearest is ${instanceType}${checkpoint ? ` with ${checkpoint}` : ''}: ${reason}`;
  return `${head}; ${remedy(filter, search, requirements)}`;
}

function remedy(filter: string, search: Search, requirements: PlanningContext['requirements']): string {
  switch (filter) {
    case 'memory':
      return `a smaller --context, a lower --quality-floor, more regions or larger machines would help`;
    case 'latency-floor':
      return `best achievable in sight: relax --ttft-p95 or --tpot-p95, shorten the prompts, or add regions with faster GPUs`;
    case 'budget': {
      const cheapest = Math.min(...search.rejected.filter((r) => r.filter === 'budget').map((r) => Number(/\$(\d+)/.exec(r.reason)?.[1] ?? Infinity)));
      return `the cheapest that works costs $${cheapest} a month: raise --budget or lower the load`;
    }
    case 'instances':
      return 'split the load over several plans, or give a smaller rate';
    case 'market':
      return `try --market ${requirements.markets.includes('on-demand') ? 'spot' : 'on-demand'} or more regions`;
    case 'zones':
      return 'lower --min-zones or add regions';
    case 'instance-types':
      return 'widen the allowed types';
    default:
      return `other machine families may be offered in other regions (${INSTANCE_TYPES.length} types are known)`;
  }
}
