import { USUAL_SIZING } from '../../requirements/sizing';
import type { OfferFilter } from './filter';

/** What the region offers of the type must reach as many zones as the user asked for, and two where one may be lost. */
export const zones: OfferFilter = {
  name: 'zones',
  problem: ({ offering }, { requirements: { minZones, sizing, deployment } }) => {
    if (offering.zoneIds.length === 0)
      return `not offered in ${deployment.capacityReservationZone}, the zone of the reservation (deployment.capacityReservationZone)`;
    const wanted = Math.max(minZones, (sizing ?? USUAL_SIZING).survive === 'zone' ? 2 : 1);
    if (offering.zoneIds.length >= wanted) return null;
    return `offered in ${offering.zoneIds.length} zone(s) of ${offering.region} (${offering.zoneIds.join(', ')}), ${wanted} wanted`;
  },
};
