import type { OfferFilter } from './filter';

/** The market must be sold for the type and have a known price; machines that stay on demand in a spot fleet too. */
export const market: OfferFilter = {
  name: 'market',
  problem: ({ type, offering, market: wanted, price }, { requirements: { deployment } }) => {
    if (!type.usageClasses.includes(wanted))
      return `not sold as ${wanted}; sold as ${type.usageClasses.join(', ')}`;
    if (price === null) return `no ${wanted} price is known in ${offering.region}`;
    if (wanted !== 'spot') return null;
    const { onDemandBase, spotInstanceTypes } = deployment;
    if (onDemandBase > 0 && (offering.onDemand === null || !type.usageClasses.includes('on-demand')))
      return `${onDemandBase} of the spot fleet's machines stay on demand (deployment.onDemandBase), and no on-demand price is known in ${offering.region}`;
    return spotInstanceTypes.length === 0 || spotInstanceTypes.includes(type.name)
      ? null
      : `not among deployment.spotInstanceTypes (${spotInstanceTypes.join(', ')})`;
  },
};
