import data from './data/aws-offerings.json';

export type PriceEvidence = 'listed' | 'assumed' | 'estimated';

export interface Price {
  readonly usdPerHour: number;
  readonly source: string;
  readonly evidence: PriceEvidence;
}

/** One instance type in one region: where it is offered and what it costs there. */
export interface Offering {
  readonly region: string;
  readonly instanceType: string;
  readonly zoneIds: readonly string[];
  /** null where no on-demand price is known (p5e is sold through capacity blocks only). */
  readonly onDemand: Price | null;
  /** Spot prices by zone id, as of their source's date. */
  readonly spot: Readonly<Record<string, { readonly usdPerHour: number; readonly source: string }>>;
  /** The cheapest capacity block on sale and its one zone; absent where none was asked for or found. */
  readonly capacityBlock?: { readonly price: Price; readonly zoneId: string };
}

/** The catalogue the planner searches: passed in, so that a live overlay can replace the embedded snapshot. */
export interface Catalogue {
  readonly asOf: string;
  readonly offerings: readonly Offering[];
  /** vCPU quotas of the user's account by region and code, where they were read. */
  readonly quotas?: Readonly<
    Record<string, { readonly vcpusByCode: Readonly<Record<string, number>>; readonly readOn: string }>
  >;
}

export const EMBEDDED_CATALOGUE: Catalogue = {
  asOf: data.asOf,
  offerings: data.offerings as unknown as Offering[],
};

/** Regions with at least one GPU offering, sorted. */
export function regionsOf(catalogue: Catalogue): string[] {
  return [...new Set(catalogue.offerings.map((offering) => offering.region))].sort();
}

export function offeringsIn(catalogue: Catalogue, region: string): Offering[] {
  return catalogue.offerings.filter((offering) => offering.region === region);
}

const zonesByRegion = new WeakMap<Catalogue, Map<string, readonly string[]>>();

/** Zone ids of a region seen in any offering: enough to place a load balancer in two zones. */
export function zonesOf(catalogue: Catalogue, region: string): readonly string[] {
  const known = zonesByRegion.get(catalogue) ?? new Map<string, readonly string[]>();
  zonesByRegion.set(catalogue, known);
  let zones = known.get(region);
  if (zones === undefined) {
    zones = [...new Set(offeringsIn(catalogue, region).flatMap((offering) => offering.zoneIds))].sort();
    known.set(region, zones);
  }
  return zones;
}
