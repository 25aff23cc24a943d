import { zonesOf } from '../../hardware/offerings';
import type { Option } from '../fleet';
import type { Filter } from './filter';

/** A load balancer stands in two zones, whatever the machines need. */
export const loadBalancerZones: Filter<Option> = {
  name: 'load-balancer-zones',
  problem: ({ candidate }, { catalogue }) => {
    const { region } = candidate.offer.offering;
    if (zonesOf(catalogue, region).length >= 2) return null;
    return { reason: `${region} has one known zone; a load balancer needs two`, distance: 2 };
  },
};
