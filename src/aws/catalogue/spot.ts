import type { _InstanceType } from '@aws-sdk/client-ec2';
import { ec2Pages } from '../ec2';
import type { Session } from '../session';
import { isZoneOfRegion, type Zone } from './zones';

const ACTION = 'ec2:DescribeSpotPriceHistory';
const PAGE_SIZE = 1000;

/**
 * Current spot price of each type in each zone id. A start and an end of now give the price in force (EC2 API
 * reference, DescribeSpotPriceHistory); older servers name zones by account name only, hence the zones.
 */
export async function spotPrices(
  session: Session,
  region: string,
  types: readonly string[],
  zones: readonly Zone[],
  now: Date,
): Promise<Record<string, Record<string, number>>> {
  const history = await ec2Pages(
    session,
    region,
    ACTION,
    ({ sdk, client, options }, NextToken) =>
      client.send(
        new sdk.DescribeSpotPriceHistoryCommand({
          InstanceTypes: types as _InstanceType[],
          ProductDescriptions: ['Linux/UNIX'],
          StartTime: now,
          EndTime: now,
          MaxResults: PAGE_SIZE,
          NextToken,
        }),
        options,
      ),
    (page) => page.SpotPriceHistory,
  );
  const idOf = new Map(zones.map(({ name, id }) => [name, id]));
  const prices: Record<string, Record<string, number>> = {};
  const newest = new Map<string, number>();
  for (const entry of history) {
    const zoneId = entry.AvailabilityZoneId ?? idOf.get(entry.AvailabilityZone ?? '');
    const usdPerHour = Number(entry.SpotPrice);
    if (
      !entry.InstanceType ||
      zoneId === undefined ||
      !isZoneOfRegion(zoneId) ||
      !(usdPerHour > 0 && Number.isFinite(usdPerHour))
    )
      continue;
    const key = `${entry.InstanceType} ${zoneId}`;
    const at = entry.Timestamp?.getTime() ?? 0;
    if (at < (newest.get(key) ?? 0)) continue;
    newest.set(key, at);
    prices[entry.InstanceType] = { ...prices[entry.InstanceType], [zoneId]: usdPerHour };
  }
  return prices;
}
