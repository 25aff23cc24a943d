import { matchesTypePattern } from '../../hardware/instance-types';
import type { OfferFilter } from './filter';

/** The user's own allow and deny lists; an empty allow list allows everything. */
export const instanceTypes: OfferFilter = {
  name: 'instance-types',
  problem: ({ type }, { requirements: { instanceTypes: asked } }) => {
    const denied = asked.deny.find((pattern) => matchesTypePattern(type.name, pattern));
    if (denied !== undefined) return `denied by ${denied}`;
    const named = asked.allow.some((pattern) => matchesTypePattern(type.name, pattern));
    return named || asked.allow.length === 0 ? null : `not among the allowed ${asked.allow.join(', ')}`;
  },
};
