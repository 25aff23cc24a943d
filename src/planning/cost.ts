import type { Price } from '../hardware/offerings';

export const HOURS_PER_MONTH = 730;

/**
 * What the rest of the stack costs, USD, us-east-1 list prices (recalled 2026-11, other regions within about 20%):
 * small beside a GPU machine, and shown as estimates.
 */
const LOAD_BALANCER_USD_PER_HOUR = 0.0225 + 0.008;
const NAT_GATEWAY_USD_PER_HOUR = 0.045;
const GP3_USD_PER_GIB_MONTH = 0.08;

export interface CostItem {
  readonly item: string;
  readonly usdPerMonth: number;
}

export interface Cost {
  readonly usdPerHour: number;
  readonly usdPerMonth: number;
  readonly instance: Price;
  readonly items: readonly CostItem[];
}

/** Monthly bill of a fleet: machines, their root volumes, one load balancer, one NAT gateway. */
export function fleetCost(price: Price, instances: number, rootVolumeGiB: number, newVpc: boolean): Cost {
  const items: CostItem[] = [
    { item: 'machines', usdPerMonth: price.usdPerHour * instances * HOURS_PER_MONTH },
    { item: 'root volumes (estimate)', usdPerMonth: GP3_USD_PER_GIB_MONTH * rootVolumeGiB * instances },
    { item: 'load balancer (estimate)', usdPerMonth: LOAD_BALANCER_USD_PER_HOUR * HOURS_PER_MONTH },
    ...(newVpc
      ? [{ item: 'NAT gateway (estimate)', usdPerMonth: NAT_GATEWAY_USD_PER_HOUR * HOURS_PER_MONTH }]
      : []),
  ].map(({ item, usdPerMonth }) => ({ item, usdPerMonth: cents(usdPerMonth) }));
  const usdPerMonth = cents(items.reduce((sum, { usdPerMonth: usd }) => sum + usd, 0));
  return {
    usdPerHour: Math.round((usdPerMonth / HOURS_PER_MONTH) * 1e4) / 1e4,
    usdPerMonth,
    instance: price,
    items,
  };
}

const cents = (usd: number): number => Math.round(usd * 100) / 100;
