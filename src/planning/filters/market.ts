import type { OfferFilter } from './filter';

/** The market must be sold for the type and have a known price. */
export const market: OfferFilter = {
  name: 'market',
  problem: ({ type, offering, market: wanted, price }) => {
    if (!type.usageClasses.includes(wanted))
      return `not sold as ${wanted}; sold as ${type.usageClasses.join(', ')}`;
    return price === null ? `no ${wanted} price is known in ${offering.region}` : null;
  },
};
