import type { Option } from '../fleet';
import type { Filter } from './filter';

const MOST_INSTANCES = 1000;

/** One Auto Scaling group must hold the fleet. */
export const instances: Filter<Option> = {
  name: 'instances',
  problem: ({ instances: needed }) =>
    needed <= MOST_INSTANCES
      ? null
      : {
          reason: `${needed} machines would be needed; one Auto Scaling group of ${MOST_INSTANCES} is the most this plans`,
          distance: needed / MOST_INSTANCES,
        },
};
