import type { Plan } from '../../src/plan/schema';

/** A size that the group takes at a time of day; null leaves it to scaling. */
export interface ScheduledSize {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly desiredInstances: number | null;
}

/**
 * Sizes by time of day: the user's own schedule, else the plan's daily pattern. The pattern moves only the floor, and only
 * in the hours that change it: what is above stays scaling's, so a quiet hour shrinks slowly and drains.
 */
export function scheduleOf({ requirements, scaling }: Plan): ScheduledSize[] {
  const { schedule } = requirements.deployment;
  if (schedule.length > 0)
    return schedule.map((entry) => ({ ...entry, desiredInstances: entry.minInstances }));
  const pattern = scaling.hourlyInstances ?? [];
  return pattern.flatMap((minInstances, hour) =>
    minInstances === pattern[(hour + 23) % 24]
      ? []
      : [
          {
            name: `hour-${String(hour).padStart(2, '0')}`,
            cron: `0 ${hour} * * *`,
            timeZone: 'Etc/UTC',
            minInstances,
            maxInstances: scaling.maxInstances,
            desiredInstances: null,
          },
        ],
  );
}
