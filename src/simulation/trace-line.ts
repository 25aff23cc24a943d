import * as z from 'zod';
import { quote, UserError } from '../errors';
import { LIMITS } from '../workload/workload';

/** One request of a trace as a file has it. */
export interface TraceLine {
  readonly line: number;
  readonly seconds: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly prefix: string | number | null;
}

export const tokens = z.int().min(1).max(LIMITS.tokens);

/** Seconds of a plain number or of a date such as `2023-11-16 18:17:03.9799600` (seven digits of a second, UTC). */
export function secondsOf(cell: string, column: string, where: string): number {
  const plain = cell === '' ? Number.NaN : Number(cell);
  if (Number.isFinite(plain)) return inSeconds(plain, where);
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.exec(cell);
  const whole = match ? Date.parse(`${match[1]}T${match[2]}${match[4] ?? 'Z'}`) / 1000 : Number.NaN;
  if (Number.isFinite(whole)) return whole + Number(match?.[3] ?? 0);
  throw new UserError(
    `${where}: ${column} ${quote(cell)} is neither seconds nor a date such as 2023-11-16 18:17:03.97`,
  );
}

/** Seconds of an epoch reach it in the year 5138; milliseconds passed it in 1973. */
const LATEST_SECONDS = 1e11;

export function inSeconds(value: number, where: string): number {
  if (Math.abs(value) < LATEST_SECONDS) return value;
  throw new UserError(
    `${where}: the time ${value} would be thousands of years away, so it is hardly in seconds; divide it by 1,000 where it is in milliseconds`,
  );
}
