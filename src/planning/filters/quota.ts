import { USUAL_SIZING } from '../../requirements/sizing';
import type { Option } from '../fleet';
import { quotaOf } from '../quotas';
import type { Filter } from './filter';

/** The vCPU quota must cover the machines, where the user said what it is. */
export const quota: Filter<Option> = {
  name: 'quota',
  problem: ({ candidate: { offer }, instances }, { requirements }) => {
    const known = quotaOf(offer);
    const available =
      known === null ? undefined : (requirements.sizing ?? USUAL_SIZING).quotaVcpus[known.code];
    if (known === null || available === undefined) return null;
    const needed = instances * offer.type.vcpus;
    if (needed <= available) return null;
    return {
      reason: `${needed} vCPUs needed, quota ${known.code} (${known.name}) allows ${available}`,
      distance: available === 0 ? Number.POSITIVE_INFINITY : needed / available,
    };
  },
};
