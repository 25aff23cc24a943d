import type { Plan } from '../../plan/schema';

export interface Hour {
  /** `08:00` */
  readonly label: string;
  readonly instances: number;
  readonly replicas: number;
  readonly requestsPerSecond: number;
}

/** The planned fleet and load by hour of the day, UTC. */
export function hoursOf({ choice, scaling, requirements }: Plan): Hour[] {
  const factors = requirements.sizing?.hourlyFactors ?? null;
  return Array.from({ length: 24 }, (_, hour) => {
    const instances = scaling.hourlyInstances?.[hour] ?? choice.instances;
    return {
      label: `${String(hour).padStart(2, '0')}:00`,
      instances,
      replicas: instances * choice.replicasPerInstance,
      requestsPerSecond: requirements.workload.requestsPerSecond * (factors?.[hour] ?? 1),
    };
  });
}

/** `3`, or `2 to 11` where the number follows the day. */
export function machineCount({ choice, scaling }: Plan): string {
  const fewest = Math.min(...(scaling.hourlyInstances ?? [choice.instances]));
  return fewest < choice.instances ? `${fewest} to ${choice.instances}` : `${choice.instances}`;
}

/** Runs of hours with the same number of machines: `0-8 h: 1, 8-20 h: 3, 20-24 h: 1 (UTC)`; null for the same all day. */
export function dayText({ scaling }: Plan): string | null {
  const hours = scaling.hourlyInstances ?? null;
  if (hours === null) return null;
  const runs: string[] = [];
  for (let from = 0; from < hours.length; ) {
    let to = from + 1;
    while (to < hours.length && hours[to] === hours[from]) to++;
    runs.push(`${from}-${to} h: ${hours[from]}`);
    from = to;
  }
  return `${runs.join(', ')} (UTC)`;
}
