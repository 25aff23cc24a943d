/** From this age on, a price that decides a plan is worth a warning. */
const OLD_PRICE_DAYS = 90;

const MILLISECONDS_PER_DAY = 86_400_000;

/**
 * The last day a price source can speak of: sources end in a date (`karpenter-2026-07-20`), a month
 * (`spot-advisor-savings-2025-06`) or a half year (`skypilot-2026H1`); others are as old as the snapshot.
 */
export function sourceDay(source: string, snapshotDay: string): string {
  const day = /\d{4}-\d{2}-\d{2}/.exec(source);
  if (day) return day[0];
  const half = /(\d{4})H([12])/.exec(source);
  if (half) return `${half[1]}-${half[2] === '1' ? '06-30' : '12-31'}`;
  const month = /(\d{4})-(\d{2})$/.exec(source);
  if (month) return new Date(Date.UTC(Number(month[1]), Number(month[2]), 0)).toISOString().slice(0, 10);
  return snapshotDay.slice(0, 10);
}

/** Whole days from a day (`2026-07-20`) to today; 0 for the future. */
export function ageDays(day: string, today: Date): number {
  return Math.max(0, Math.floor((today.getTime() - Date.parse(`${day}T00:00:00Z`)) / MILLISECONDS_PER_DAY));
}

export interface DecidingPrice {
  readonly instanceType: string;
  readonly region: string;
  readonly market: string;
  readonly source: string;
}

/** One line when the price that decided a plan is old; null when it is fresh. */
export function oldPriceWarning(price: DecidingPrice, snapshotDay: string, today: Date): string | null {
  const day = sourceDay(price.source, snapshotDay);
  const age = ageDays(day, today);
  if (age <= OLD_PRICE_DAYS) return null;
  const { instanceType, market, region, source } = price;
  return `the ${market} price of ${instanceType} in ${region} is ${age} days old (${source}); refresh it with 'qwen-selfhost catalog refresh --region ${region}'`;
}
