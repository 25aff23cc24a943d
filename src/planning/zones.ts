/** Zones of the machines: as many as there are machines, at least as many as asked for; the type's first zones by id. */
export const machineZones = (offered: readonly string[], instances: number, minZones: number): string[] =>
  offered.slice(0, Math.max(minZones, Math.min(instances, offered.length)));
