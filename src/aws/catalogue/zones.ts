import type { Filter, InstanceTypeOffering } from '@aws-sdk/client-ec2';
import { ec2Call, ec2Pages } from '../ec2';
import type { Session } from '../session';
import { GPU_NAME_PATTERNS } from './instance-types';

const OFFERINGS = 'ec2:DescribeInstanceTypeOfferings';
const ZONES = 'ec2:DescribeAvailabilityZones';
const PAGE_SIZE = 1000;

/**
 * True for the id of a zone of the region itself (`use1-az1`). Local Zones (`usw2-lax1-az1`) and Wavelength Zones
 * (`use1-wl1-bos-wlz1`) are listed too where an account opted in, but hold no load balancer of the region's zones.
 */
export const isZoneOfRegion = (zoneId: string): boolean => /^[a-z]+\d+-az\d+$/.test(zoneId);

/** Zone ids that offer each type, by type name. Ids, unlike names, mean the same zone in every account. */
export async function zoneOfferings(
  session: Session,
  region: string,
  patterns: readonly string[] = GPU_NAME_PATTERNS,
): Promise<Record<string, string[]>> {
  const list = (Filters: Filter[]): Promise<InstanceTypeOffering[]> =>
    ec2Pages(
      session,
      region,
      OFFERINGS,
      ({ sdk, client, options }, NextToken) =>
        client.send(
          new sdk.DescribeInstanceTypeOfferingsCommand({
            LocationType: 'availability-zone-id',
            Filters,
            MaxResults: PAGE_SIZE,
            NextToken,
          }),
          options,
        ),
      (page) => page.InstanceTypeOfferings,
    );
  const filtered = await list([{ Name: 'instance-type', Values: [...patterns] }]);
  // Only DescribeInstanceTypes documents `*` in this filter; a server without it gives nothing.
  const offerings = filtered.length > 0 ? filtered : await list([]);
  const zones: Record<string, string[]> = {};
  for (const { InstanceType, Location } of offerings) {
    if (InstanceType && Location && isZoneOfRegion(Location))
      zones[InstanceType] = [...(zones[InstanceType] ?? []), Location];
  }
  for (const ids of Object.values(zones)) ids.sort();
  return zones;
}

export interface Zone {
  readonly name: string;
  readonly id: string;
  readonly available: boolean;
}

/** The account's zones of a region: names differ between accounts, ids do not. */
export async function availabilityZones(session: Session, region: string): Promise<Zone[]> {
  const { AvailabilityZones = [] } = await ec2Call(session, region, ZONES, ({ sdk, client, options }) =>
    client.send(new sdk.DescribeAvailabilityZonesCommand({}), options),
  );
  return AvailabilityZones.flatMap(({ ZoneName, ZoneId, State }) =>
    ZoneName && ZoneId && isZoneOfRegion(ZoneId)
      ? [{ name: ZoneName, id: ZoneId, available: State === 'available' }]
      : [],
  );
}
