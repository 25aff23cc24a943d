import { USUAL_SIZING } from '../../requirements/sizing';
import type { Option } from '../fleet';
import { quotaUses } from '../quotas';
import type { Filter } from './filter';

/** The vCPU quotas must cover the machines, where the user said what they are. */
export const quota: Filter<Option> = {
  name: 'quota',
  problem: ({ candidate: { offer }, instances }, { requirements }) => {
    const { quotaVcpus } = requirements.sizing ?? USUAL_SIZING;
    for (const { quota: known, instances: drawing } of quotaUses(offer, instances, requirements)) {
      const available = quotaVcpus[known.code];
      const needed = drawing * offer.type.vcpus;
      if (available === undefined || needed <= available) continue;
      return {
        reason: `${needed} vCPUs needed, quota ${known.code} (${known.name}) allows ${available}`,
        distance: available === 0 ? Number.POSITIVE_INFINITY : needed / available,
      };
    }
    return null;
  },
};
