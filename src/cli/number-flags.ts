import { quote, UserError } from '../errors';

/** Bounds of a number given as a flag. */
export interface Bounds {
  readonly min?: number;
  /** Exclusive lower bound. */
  readonly above?: number;
  readonly max: number;
}

const boundsText = ({ min, above, max }: Bounds): string =>
  `${above === undefined ? `of at least ${min ?? 0}` : `above ${above}`} and at most ${max}`;

/** A finite number within bounds. @throws UserError naming the flag, the value and what is allowed */
export function numberFlag(flag: string, text: string, bounds: Bounds): number {
  return checked(flag, text, bounds, 'a number');
}

/** A whole number within bounds. @throws UserError likewise */
export function wholeFlag(flag: string, text: string, bounds: Bounds): number {
  const value = checked(flag, text, bounds, 'a whole number');
  if (!Number.isInteger(value))
    throw new UserError(`${flag}: ${quote(text)} is not a whole number ${boundsText(bounds)}`);
  return value;
}

function checked(flag: string, text: string, bounds: Bounds, kind: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const low =
    bounds.above === undefined ? value >= (bounds.min ?? Number.NEGATIVE_INFINITY) : value > bounds.above;
  if (!Number.isFinite(value) || !low || value > bounds.max) {
    throw new UserError(`${flag}: ${quote(text)} is not ${kind} ${boundsText(bounds)}`);
  }
  return value;
}

/** What a flag says, or null where it was not given. */
export const optional = <T>(text: string | undefined, read: (text: string) => T): T | null =>
  text === undefined ? null : read(text);
