import type { Alternative } from '../plan/schema';
import { dollars } from '../report/format';
import { USUAL_SIZING } from '../requirements/sizing';
import type { PlanningContext } from './candidate';
import { checkOption } from './check';
import { describeOption } from './describe';
import { atPeak, fleetSize, type Option, withInstances } from './fleet';
import { cheapestOption, type Search } from './search';

/** The neighbours of a choice a reviewer asks about, each confirmed by a simulation. */
export function alternativesTo(chosen: Option, search: Search): Alternative[] {
  return [nextCheaper(chosen, search), nextSafer(chosen, search), nextFaster(chosen, search)].filter(
    (a) => a !== null,
  );
}

const EVEN_ODDS = 0.5;

function described(
  kind: Alternative['kind'],
  option: Option,
  tradeOff: string,
  context: PlanningContext,
): Alternative | null {
  const check = checkOption(option, context);
  return check.ok ? { kind, option: describeOption(option, context, check.simulated), tradeOff } : null;
}

/** The plan that holds at even odds instead of the wanted confidence. */
function nextCheaper(chosen: Option, search: Search): Alternative | null {
  const { requirements } = search.context;
  const { confidence } = requirements;
  if (confidence <= EVEN_ODDS) return null;
  const even = search.vary({ ...requirements, confidence: EVEN_ODDS });
  const relaxed = cheapestOption(even, { limitUsd: chosen.cost.usdPerMonth - 1 });
  if (relaxed === null) return null;
  const saved = Math.round(chosen.cost.usdPerMonth - relaxed.cost.usdPerMonth);
  const tradeOff = `saves ${dollars(saved)} a month; the targets then hold at even odds instead of ${Math.round(confidence * 100)}%`;
  return described('next-cheaper', relaxed, tradeOff, even.context);
}

/** The fewest machines more with which the load survives a loss that stops it now; null where it survives all of them. */
function nextSafer(chosen: Option, { context }: Search): Alternative | null {
  const { candidate, capacityRequestsPerSecond } = chosen;
  const severalZones = candidate.offer.offering.zoneIds.length > 1;
  for (const survive of severalZones ? (['machine', 'zone'] as const) : (['machine'] as const)) {
    const { instances } = fleetSize(capacityRequestsPerSecond, candidate, surviving(survive, context));
    const more = instances - chosen.instances;
    if (more <= 0) continue;
    const option = withInstances(chosen, instances, context);
    const extra = Math.round(option.cost.usdPerMonth - chosen.cost.usdPerMonth);
    const machines = more === 1 ? 'one machine more' : `${more} machines more`;
    const tradeOff = `${dollars(extra)} a month more for ${machines}${severalZones && more === 1 ? ' in another zone' : ''}: the load survives the loss of ${survive === 'zone' ? 'a zone' : 'one'}`;
    return described('next-safer', option, tradeOff, context);
  }
  return null;
}

/** The load alone, without the user's own minima, after a loss. */
const surviving = (survive: 'machine' | 'zone', context: PlanningContext): PlanningContext => ({
  ...context,
  requirements: {
    ...context.requirements,
    minReplicas: 1,
    minZones: 1,
    sizing: { ...(context.requirements.sizing ?? USUAL_SIZING), survive },
  },
});

const NOTICEABLY_FASTER = 0.8;

/** The cheapest option whose tokens come at least a fifth faster. */
function nextFaster(chosen: Option, search: Search): Alternative | null {
  const { context } = search;
  const tpotOf = (option: Option): number => atPeak(option, context).tpotP95Seconds;
  const current = tpotOf(chosen);
  const faster = cheapestOption(search, {
    option: (option) => tpotOf(option) <= current * NOTICEABLY_FASTER,
  });
  if (faster === null) return null;
  const extra = Math.round(faster.cost.usdPerMonth - chosen.cost.usdPerMonth);
  const money =
    extra === 0
      ? 'the same cost'
      : extra > 0
        ? `${dollars(extra)} a month more`
        : `saves ${dollars(-extra)} a month`;
  const beyond = faster.design.extras.length > 0 ? ` with ${faster.design.extras.join(' and ')}` : '';
  const tradeOff = `${money}${beyond}; a token every ${(tpotOf(faster) * 1000).toFixed(0)} ms instead of ${(current * 1000).toFixed(0)} ms (p95)`;
  return described('next-faster', faster, tradeOff, context);
}
