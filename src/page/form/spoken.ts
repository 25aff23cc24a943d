import { number } from '../../report/format';

/** Tokens as words: one is about three quarters of a word, roughly. */
export const words = (value: number): string =>
  `about ${number(Number((value * 0.75).toPrecision(2)))} English words`;
