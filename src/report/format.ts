import type { Interval } from '../plan/schema';

/** Figures as people read them; every figure carries its unit. */
export const usd = (value: number): string =>
  `$${value >= 100 ? Math.round(value).toLocaleString('en-US') : value >= 1 || value === 0 ? value.toFixed(2) : value.toPrecision(2)}`;

/** Whole dollars, for differences. */
export const dollars = (value: number): string => `$${Math.round(value).toLocaleString('en-US')}`;

export const seconds = (value: number): string =>
  value < 1 ? `${(value * 1000).toFixed(value < 0.01 ? 1 : 0)} ms` : `${value.toFixed(value < 10 ? 2 : 0)} s`;

/** Always in whole milliseconds below a second: for figures that are compared with each other. */
export const milliseconds = (value: number): string =>
  value >= 1
    ? `${value.toFixed(2)} s`
    : `${value < 0.001 ? (value * 1000).toPrecision(2) : (value * 1000).toFixed(0)} ms`;

export const interval = (value: Interval, show: (n: number) => string): string =>
  `${show(value.expected)} (${show(value.low)} to ${show(value.high)})`;

export const number = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : Number(value.toPrecision(3)).toString();

export const gib = (value: number): string => `${number(value)} GiB`;

export const percent = (share: number): string => `${Math.round(share * 100)}%`;

export const rate = (requestsPerSecond: number): string =>
  `${number(requestsPerSecond)} request${requestsPerSecond === 1 ? '' : 's'}/s`;

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
