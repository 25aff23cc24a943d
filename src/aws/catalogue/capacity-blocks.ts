import { ec2Pages } from '../ec2';
import type { Session } from '../session';
import type { OverlayOffering } from './overlay';
import { isZoneOfRegion, type Zone } from './zones';

const ACTION = 'ec2:DescribeCapacityBlockOfferings';
/** One day: the shortest block; longer ones cost the same by the hour. */
const DURATION_HOURS = 24;

export type CapacityBlock = NonNullable<OverlayOffering['capacityBlock']>;

/** The cheapest one-day block of one machine of each type, in any zone and start on offer; absent where none is. */
export async function capacityBlocks(
  session: Session,
  region: string,
  types: readonly string[],
  zones: readonly Zone[],
  asOf: string,
): Promise<Record<string, CapacityBlock>> {
  const found = await Promise.all(
    types.map(async (type) => [type, await cheapestBlock(session, region, type, zones, asOf)] as const),
  );
  return Object.fromEntries(found.flatMap(([type, block]) => (block === null ? [] : [[type, block]])));
}

async function cheapestBlock(
  session: Session,
  region: string,
  InstanceType: string,
  zones: readonly Zone[],
  asOf: string,
): Promise<CapacityBlock | null> {
  const offers = await ec2Pages(
    session,
    region,
    ACTION,
    ({ sdk, client, options }, NextToken) =>
      client.send(
        new sdk.DescribeCapacityBlockOfferingsCommand({
          InstanceType,
          InstanceCount: 1,
          CapacityDurationHours: DURATION_HOURS,
          AllAvailabilityZones: true,
          NextToken,
        }),
        options,
      ),
    (page) => page.CapacityBlockOfferings,
  );
  const idOf = new Map(zones.map(({ name, id }) => [name, id]));
  const blocks = offers.flatMap((offer): CapacityBlock[] => {
    const fee = Number(offer.UpfrontFee);
    const hours = offer.CapacityBlockDurationHours ?? DURATION_HOURS;
    const machines = offer.InstanceCount ?? 1;
    const usable = offer.CurrencyCode === 'USD' && fee > 0 && hours > 0 && machines > 0;
    const zoneId = offer.AvailabilityZone && (idOf.get(offer.AvailabilityZone) ?? offer.AvailabilityZone);
    if (!usable || !offer.StartDate || !zoneId || !isZoneOfRegion(zoneId)) return [];
    return [
      {
        usdPerHour: Math.round((fee / (hours * machines)) * 1e4) / 1e4,
        zoneId,
        durationHours: hours,
        startsAt: offer.StartDate.toISOString(),
        asOf,
      },
    ];
  });
  return blocks.reduce<CapacityBlock | null>(
    (best, block) => (best === null || block.usdPerHour < best.usdPerHour ? block : best),
    null,
  );
}
