import type { Option } from '../fleet';
import { budget } from './budget';
import type { Filter } from './filter';
import { instances } from './instances';
import { loadBalancerZones } from './load-balancer-zones';
import { quota } from './quota';

/** What a sized fleet must pass. */
export const FLEET_FILTERS: readonly Filter<Option>[] = [instances, budget, quota, loadBalancerZones];
