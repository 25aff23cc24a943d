import { findInstanceType } from '../../hardware/instance-types';
import { type Catalogue, type Offering, offeringsIn } from '../../hardware/offerings';
import type { Overlay, OverlayOffering } from './overlay';

const dayOf = (moment: string): string => moment.slice(0, 10);

/** The offering a planner sees: live figures where there are any, the snapshot's otherwise; null when not offered. */
function mergedOffering(
  region: string,
  instanceType: string,
  embedded: Offering | undefined,
  live: OverlayOffering,
): Offering | null {
  const zoneIds = live.zones?.zoneIds ?? embedded?.zoneIds ?? [];
  if (zoneIds.length === 0) return null;
  const { onDemand, spot, capacityBlock: block } = live;
  const offered = Object.entries(spot?.usdPerHourByZone ?? {}).filter(([zone]) => zoneIds.includes(zone));
  return {
    region,
    instanceType,
    zoneIds,
    onDemand:
      onDemand === null
        ? (embedded?.onDemand ?? null)
        : {
            usdPerHour: onDemand.usdPerHour,
            source: `aws-pricing-${dayOf(onDemand.asOf)}`,
            evidence: 'listed',
          },
    spot:
      spot === null
        ? (embedded?.spot ?? {})
        : Object.fromEntries(
            offered.map(([zone, usdPerHour]) => [
              zone,
              { usdPerHour, source: `aws-spot-history-${dayOf(spot.asOf)}` },
            ]),
          ),
    ...(block !== null && zoneIds.includes(block.zoneId)
      ? {
          capacityBlock: {
            price: {
              usdPerHour: block.usdPerHour,
              source: `aws-capacity-blocks-${dayOf(block.asOf)}`,
              evidence: 'listed',
            },
            zoneId: block.zoneId,
          },
        }
      : {}),
  };
}

/** The catalogue to plan with: the snapshot with the overlay on top. Types this program has no specification of stay out. */
export function mergeCatalogue(embedded: Catalogue, overlay: Overlay): Catalogue {
  const regions = Object.entries(overlay.regions);
  if (regions.length === 0) return embedded;
  const merged = regions.flatMap(([region, { offerings }]) => {
    const known = new Map(offeringsIn(embedded, region).map((offering) => [offering.instanceType, offering]));
    const names = [...new Set([...known.keys(), ...Object.keys(offerings)])].sort();
    return names.flatMap((name) => {
      const live = offerings[name];
      const before = known.get(name);
      if (live === undefined) return before ?? [];
      if (findInstanceType(name) === undefined) return [];
      return mergedOffering(region, name, before, live) ?? [];
    });
  });
  const refreshed = regions.map(([region, { refreshedAt }]) => `${region} of ${dayOf(refreshedAt)}`);
  const quotas = regions.flatMap(([region, { quotas: known }]) =>
    known === undefined
      ? []
      : [[region, { vcpusByCode: known.vcpusByCode, readOn: dayOf(known.asOf) }] as const],
  );
  return {
    ...(quotas.length === 0 ? {} : { quotas: Object.fromEntries(quotas) }),
    asOf: `${embedded.asOf}, refreshed: ${refreshed.join(', ')}`,
    offerings: [...embedded.offerings.filter(({ region }) => !(region in overlay.regions)), ...merged],
  };
}
