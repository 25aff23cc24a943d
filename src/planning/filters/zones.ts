import type { OfferFilter } from './filter';

/** The type must be offered in as many zones as the user asked for. */
export const zones: OfferFilter = {
  name: 'zones',
  problem: ({ offering }, { requirements: { minZones } }) =>
    offering.zoneIds.length >= minZones
      ? null
      : `offered in ${offering.zoneIds.length} zone(s) of ${offering.region} (${offering.zoneIds.join(', ')}), ${minZones} wanted`,
};
