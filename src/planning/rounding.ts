import type { Interval } from '../performance/interval';

const SIGNIFICANT_DIGITS = 4;

/** Four significant digits: more would only pretend, and would differ between machines' math libraries. */
export const significant = (value: number): number => Number(value.toPrecision(SIGNIFICANT_DIGITS));

/** An interval as the Plan shows it. */
export const figure = ({ low, expected, high }: Interval): Interval => ({
  low: significant(low),
  expected: significant(expected),
  high: significant(high),
});
