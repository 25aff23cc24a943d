import { usd } from '../report/format';
import type { Option } from './fleet';
import { cheapestOption, openSearch, type Search } from './search';

/**
 * Spot and blocks are asked for to save: one sentence where machines on demand would cost less all the same, because most of
 * the cheapest types have no known price in the wanted markets. Null where on demand was looked at, or costs more.
 */
export function dearerThanOnDemand({ cost }: Option, { context, stores }: Search): string | null {
  const { requirements } = context;
  if (requirements.markets.includes('on-demand')) return null;
  const onDemand = { ...context, requirements: { ...requirements, markets: ['on-demand' as const] } };
  const instead = cheapestOption(openSearch(onDemand, stores), { limitUsd: cost.usdPerMonth });
  if (instead === null || instead.cost.usdPerMonth >= cost.usdPerMonth) return null;
  const { type, offering } = instead.candidate.offer;
  return `on demand costs less: ${instead.instances} x ${type.name} in ${offering.region} for about ${usd(instead.cost.usdPerMonth)} a month; add it to markets (--market on-demand)`;
}
