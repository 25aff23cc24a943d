import { MARKETS, type Market } from '../requirements/input';
import type { PlanningContext } from './candidate';
import { priceIn } from './candidates';
import { LONGEST_BLOCK_DAYS } from './capacity-blocks';
import { cents, fleetCost, machineUsdPerHour } from './cost';
import type { Option } from './fleet';

/** The chosen machines bought otherwise. */
export interface MarketPrice {
  readonly market: Market;
  readonly usdPerMonth: number;
  /** Paid before the first hour; 0 where machines are billed as they run. */
  readonly upfrontUsd: number;
  readonly evidence: 'listed' | 'assumed' | 'estimated';
  readonly terms: string;
}

/** The chosen fleet in every market that sells it, the planned one included. */
export function marketPrices(option: Option, { requirements }: PlanningContext): MarketPrice[] {
  const { offer } = option.candidate;
  return MARKETS.flatMap((market) => {
    const price = priceIn(offer.offering, market);
    if (price === null || !offer.type.usageClasses.includes(market)) return [];
    const bought = { ...offer, market, price };
    const cost = fleetCost(bought, option, option.storage.rootVolumeGiB, requirements);
    const upfrontUsd =
      market === 'capacity-block'
        ? cents(machineUsdPerHour(bought, option.instances, requirements) * 24 * LONGEST_BLOCK_DAYS)
        : 0;
    return [
      {
        market,
        usdPerMonth: cost.usdPerMonth,
        upfrontUsd,
        evidence: price.evidence,
        terms: termsOf(market, option, requirements),
      },
    ];
  });
}

function termsOf(
  market: Market,
  option: Option,
  { deployment, sizing }: PlanningContext['requirements'],
): string {
  switch (market) {
    case 'on-demand': {
      const discount = sizing?.savingsPlanDiscount ?? 0;
      return discount > 0
        ? `billed by the second, less ${Math.round(discount * 100)}% of your savings plan`
        : 'billed by the second; capacity is not guaranteed';
    }
    case 'spot': {
      const base = Math.min(option.instances, deployment.onDemandBase);
      const share =
        base > 0 ? `${base} of ${option.instances} machines stay on demand; the others` : 'machines';
      return `${share} are taken back with two minutes of notice, most GPU types in more than one month in five; at the dearest zone's price`;
    }
    case 'capacity-block':
      return `reserved for up to ${LONGEST_BLOCK_DAYS} days, paid upfront and not refundable, in one zone; machines end 30 minutes before the block does`;
  }
}
