/** Order in which filters speak: a later one means the machine came closer. */
export const FILTER_ORDER = [
  'hardware',
  'instance-types',
  'market',
  'zones',
  'quality-floor',
  'precision',
  'split',
  'adapters',
  'engine-bugs',
  'host-memory',
  'disk',
  'network',
  'memory',
  'context',
  'latency-floor',
  'slo-at-load',
  'instances',
  'quota',
  'load-balancer-zones',
  'budget',
  'cost',
] as const;

/** How late in the order a filter speaks. */
export const stage = (filter: string): number =>
  FILTER_ORDER.indexOf(filter as (typeof FILTER_ORDER)[number]);
