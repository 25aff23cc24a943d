import type { Price } from '../hardware/offerings';
import data from './data/capacity-block-prices.json';

/** Longest capacity block, days; it is bought for fixed dates, up to eight weeks ahead, and paid upfront. */
export const LONGEST_BLOCK_DAYS = 182;
export const CAPACITY_BLOCKS_AS_OF: string = data.asOf;

const usdPerHour: Readonly<Record<string, number>> = data.usdPerHour;

/** Price of one machine of a capacity block: one figure is known for some types, an estimate everywhere else. */
export function capacityBlockPrice(instanceType: string): Price | null {
  const usd = usdPerHour[instanceType];
  return usd === undefined ? null : { usdPerHour: usd, source: data.source, evidence: 'estimated' };
}
