import { USUAL_SIZING } from '../../requirements/sizing';
import type { OfferFilter } from './filter';

/** What the region offers of the type must reach as many zones as the user asked for, and two where one may be lost. */
export const offering: OfferFilter = {
  name: 'zones',
  problem: ({ offering: here }, { requirements: { minZones, sizing } }) => {
    const wanted = Math.max(minZones, (sizing ?? USUAL_SIZING).survive === 'zone' ? 2 : 1);
    if (here.zoneIds.length >= wanted) return null;
    return `offered in ${here.zoneIds.length} zone(s) of ${here.region} (${here.zoneIds.join(', ')}), ${wanted} wanted`;
  },
};
