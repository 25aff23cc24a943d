import type { PlanningContext } from '../candidate';
import { startedAhead } from '../fleet';
import { hourlyFactors } from '../traffic';

/** A height of the day's load that machines are run for, and how much of the day it lasts. */
export interface Level {
  /** Share of the peak. */
  readonly factor: number;
  readonly shareOfDay: number;
}

/** Different heights of a day at most: a program with more takes seconds, and lower ones are rounded up. */
const MOST_LEVELS = 6;

/** Heights of the day, lowest first, and which one each hour is; machines are started in the hour before. */
export function dayLevels({ requirements }: PlanningContext): {
  readonly levels: readonly Level[];
  /** Height of each of the 24 hours; null without a daily pattern. */
  readonly ofHour: readonly number[] | null;
} {
  const factors = hourlyFactors(requirements);
  if (factors === null) return { levels: [{ factor: 1, shareOfDay: 1 }], ofHour: null };
  const needed = startedAhead(factors, 1);
  const heights = fewer([...new Set(needed)].sort((a, b) => a - b));
  const ofHour = needed.map((factor) => heights.findIndex((height) => height >= factor));
  const levels = heights.map((factor, l) => ({
    factor,
    shareOfDay: ofHour.filter((level) => level === l).length / ofHour.length,
  }));
  return { levels, ofHour };
}

/** At most so many of the sorted heights, the highest among them; what lies between is rounded up. */
function fewer(heights: readonly number[]): number[] {
  if (heights.length <= MOST_LEVELS) return [...heights];
  return Array.from(
    { length: MOST_LEVELS },
    (_, i) => heights[Math.ceil(((i + 1) * heights.length) / MOST_LEVELS) - 1]!,
  );
}

/** Mean height of the day's load. */
export const meanFactor = (levels: readonly Level[]): number =>
  levels.reduce((sum, { factor, shareOfDay }) => sum + factor * shareOfDay, 0);
