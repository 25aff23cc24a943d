import type { Price } from '../hardware/offerings';
import { USUAL_SIZING } from '../requirements/sizing';
import type { PlanningContext } from './candidate';
import data from './data/capacity-block-prices.json';

const usdPerHour: Readonly<Record<string, number>> = data.usdPerHour;

/** Price of one machine of a capacity block: one figure is known for some types, an estimate everywhere else. */
export function capacityBlockPrice(instanceType: string): Price | null {
  const usd = usdPerHour[instanceType];
  return usd === undefined ? null : { usdPerHour: usd, source: data.source, evidence: 'estimated' };
}

export interface BlockDates {
  readonly days: number;
  /** `2027-01-15`; null until the block is bought. Blocks start and end at 11:30 UTC. */
  readonly from: string | null;
  readonly until: string | null;
}

const DAY_MS = 86_400_000;

/** The dates of the capacity block that the user has in mind. */
export function blockDates({ sizing }: PlanningContext['requirements']): BlockDates {
  const { blockStart, blockDays } = sizing ?? USUAL_SIZING;
  const until =
    blockStart === null
      ? null
      : new Date(Date.parse(`${blockStart}T00:00:00Z`) + blockDays * DAY_MS).toISOString().slice(0, 10);
  return { days: blockDays, from: blockStart, until };
}
