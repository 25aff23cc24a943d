import { findInstanceType } from '../../hardware/instance-types';
import { ec2Pages } from '../ec2';
import type { Session } from '../session';
import type { Placement } from './overlay';
import { isZoneOfRegion } from './zones';

const ACTION = 'ec2:GetSpotPlacementScores';
/** With fewer types a score is always low and says nothing (EC2 API reference, GetSpotPlacementScores). */
const LEAST_TYPES = 3;
const PAGE_SIZE = 100;

/**
 * Groups of types that one spot group may mix: the same GPUs on each. The same groups, in the same order, for one
 * machine, every time: AWS limits how many *new* questions an account may ask in 24 hours, and repeats are free.
 */
function placementGroups(types: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of [...types].sort()) {
    const type = findInstanceType(name);
    if (type === undefined || !type.usageClasses.includes('spot')) continue;
    const gpus = `${type.gpuCount} x ${type.gpuId}`;
    groups.set(gpus, [...(groups.get(gpus) ?? []), name]);
  }
  return [...groups.values()].filter((names) => names.length >= LEAST_TYPES);
}

/** Spot placement scores of a region's zones, by type name; types that are in no group are absent. */
export async function placementScores(
  session: Session,
  region: string,
  types: readonly string[],
  asOf: string,
): Promise<Record<string, Placement>> {
  const scored = await Promise.all(
    placementGroups(types).map(async (group) => {
      const scoreByZone = await groupScores(session, region, group);
      return group.map((name) => [name, { scoreByZone, types: group, asOf }] as const);
    }),
  );
  return Object.fromEntries(scored.flat());
}

async function groupScores(
  session: Session,
  region: string,
  InstanceTypes: string[],
): Promise<Record<string, number>> {
  const scores = await ec2Pages(
    session,
    region,
    ACTION,
    ({ sdk, client, options }, NextToken) =>
      client.send(
        new sdk.GetSpotPlacementScoresCommand({
          InstanceTypes,
          TargetCapacity: 1,
          TargetCapacityUnitType: 'units',
          SingleAvailabilityZone: true,
          RegionNames: [region],
          MaxResults: PAGE_SIZE,
          NextToken,
        }),
        options,
      ),
    (page) => page.SpotPlacementScores,
  );
  return Object.fromEntries(
    scores.flatMap(({ Region, AvailabilityZoneId, Score }) =>
      Region === region && AvailabilityZoneId && isZoneOfRegion(AvailabilityZoneId) && isScore(Score)
        ? [[AvailabilityZoneId, Score]]
        : [],
    ),
  );
}

const isScore = (score: number | undefined): score is number =>
  Number.isInteger(score) && score! >= 1 && score! <= 10;
