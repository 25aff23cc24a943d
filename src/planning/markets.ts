import type { PAYMENTS } from '../plan/money';
import { MARKETS } from '../requirements/choices';
import type { MachineOffer, PlanningContext } from './candidate';
import { priceIn } from './candidates';
import { blockDates } from './capacity-blocks';
import { cents, fleetCost, machineUsdPerHour } from './cost';
import type { Option } from './fleet';

type Requirements = PlanningContext['requirements'];
type Payment = (typeof PAYMENTS)[number];

/** The chosen machines bought otherwise. */
export interface MarketPrice {
  readonly market: Payment;
  readonly usdPerMonth: number;
  /** Paid before the first hour; 0 where machines are billed as they run. */
  readonly upfrontUsd: number;
  readonly evidence: 'listed' | 'assumed' | 'estimated';
  readonly terms: string;
  /** First and last day, `2027-01-15`, where they are known. */
  readonly from?: string;
  readonly until?: string;
}

/** The chosen fleet in every market that sells it, the planned one included, and on demand with reserved capacity. */
export function marketPrices(option: Option, { requirements }: PlanningContext): MarketPrice[] {
  const { offer } = option.candidate;
  const prices = MARKETS.flatMap((market) => {
    const price = priceIn(offer.offering, market);
    if (price === null || !offer.type.usageClasses.includes(market)) return [];
    return [marketPrice({ ...offer, market, price }, option, requirements)];
  });
  const onDemand = prices.find(({ market }) => market === 'on-demand');
  return onDemand === undefined ? prices : [...prices, reservation(onDemand, option, requirements)];
}

function marketPrice(offer: MachineOffer, option: Option, requirements: Requirements): MarketPrice {
  const cost = fleetCost(offer, option, option.storage.rootVolumeGiB, requirements);
  const isBlock = offer.market === 'capacity-block';
  const { days, from, until } = blockDates(requirements);
  const perHour = machineUsdPerHour(offer, option.instances, requirements);
  return {
    market: offer.market,
    usdPerMonth: cost.usdPerMonth,
    upfrontUsd: isBlock ? cents(perHour * 24 * days) : 0,
    evidence: offer.price!.evidence,
    terms: termsOf(offer.market, option, requirements),
    ...(isBlock && from !== null && until !== null ? { from, until } : {}),
  };
}

/** An on-demand capacity reservation: the machines are there, and paid for whether they run or not (aws.md section 5). */
function reservation({ evidence }: MarketPrice, option: Option, requirements: Requirements): MarketPrice {
  const { offer } = option.candidate;
  const onDemand: MachineOffer = {
    ...offer,
    market: 'on-demand',
    price: priceIn(offer.offering, 'on-demand'),
  };
  const always = { instances: option.instances, hourlyInstances: null };
  return {
    market: 'capacity-reservation',
    usdPerMonth: fleetCost(onDemand, always, option.storage.rootVolumeGiB, requirements).usdPerMonth,
    upfrontUsd: 0,
    evidence,
    terms:
      'on demand with the capacity kept for you from the day you create the reservation until you cancel it; paid for whether machines run or not; deployment.capacityReservationId uses it',
  };
}

function termsOf(market: MachineOffer['market'], option: Option, requirements: Requirements): string {
  const { deployment, sizing } = requirements;
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
    case 'capacity-block': {
      const { days, from, until } = blockDates(requirements);
      const dates =
        from === null
          ? `${days} days, from a date chosen when it is bought (up to eight weeks ahead)`
          : `from ${from} 11:30 UTC to ${until} 11:30 UTC (${days} days)`;
      return `reserved for ${dates}, paid upfront and not refundable, in one zone; machines end 30 minutes before the block does`;
    }
  }
}
