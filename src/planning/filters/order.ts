/**
 * Filters by how near to serving a machine came that they stopped, the nearest last; `cost` is no filter, but a fleet that
 * would do for more money. They are asked in this order too, except that a fleet's bill is looked at before its quotas.
 */
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

/** How near a machine came that a filter stopped: its place in that order. */
export const stage = (filter: string): number =>
  FILTER_ORDER.indexOf(filter as (typeof FILTER_ORDER)[number]);
