import { unservableReason } from '../../hardware/instance-types';
import type { OfferFilter } from './filter';

/** Types that can serve no model of this family: fractions of a GPU, arm64, UltraServers. */
export const hardware: OfferFilter = { name: 'hardware', problem: ({ type }) => unservableReason(type) };
