import type { Session } from '../session';
import type { Overlay } from './overlay';
import { type Missing, type Refreshing, refreshRegion } from './region';

export interface Refresh {
  /** null when no region gave anything: then the file stays as it is. */
  readonly overlay: Overlay | null;
  readonly refreshed: readonly string[];
  readonly missing: readonly Missing[];
  readonly unknownTypes: readonly string[];
}

/** Refreshes regions side by side (requests at once are bounded by the session); other regions of the overlay stay. */
export async function refresh(
  session: Session,
  regions: readonly string[],
  before: Overlay,
  how: Refreshing,
): Promise<Refresh> {
  const results = await Promise.all(
    regions.map((region) => refreshRegion(session, region, before.regions[region], how)),
  );
  const fresh = regions.flatMap((name, i) => {
    const region = results[i]!.region;
    return region === null ? [] : ([[name, region]] as const);
  });
  return {
    overlay:
      fresh.length === 0 ? null : { ...before, regions: { ...before.regions, ...Object.fromEntries(fresh) } },
    refreshed: fresh.map(([name]) => name),
    missing: results.flatMap(({ missing }) => missing),
    unknownTypes: [...new Set(results.flatMap(({ unknownTypes }) => unknownTypes))].sort(),
  };
}
