import { matchesTypePattern } from '../../hardware/instance-types';
import type { OfferFilter } from './filter';

/** The user's own allow and deny lists; an empty allow list allows everything. */
export const allowed: OfferFilter = {
  name: 'instance-types',
  problem: ({ type }, { requirements: { instanceTypes } }) => {
    const denied = instanceTypes.deny.find((pattern) => matchesTypePattern(type.name, pattern));
    if (denied !== undefined) return `denied by ${denied}`;
    const named = instanceTypes.allow.some((pattern) => matchesTypePattern(type.name, pattern));
    return named || instanceTypes.allow.length === 0
      ? null
      : `not among the allowed ${instanceTypes.allow.join(', ')}`;
  },
};
