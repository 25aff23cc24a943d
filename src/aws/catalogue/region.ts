import { findInstanceType, INSTANCE_TYPES } from '../../hardware/instance-types';
import { type Catalogue, offeringsIn } from '../../hardware/offerings';
import { failureOf } from '../failure';
import type { Session } from '../session';
import { type CapacityBlock, capacityBlocks } from './capacity-blocks';
import { instanceTypes } from './instance-types';
import { onDemandPrices } from './on-demand';
import { NOTHING_KNOWN, type OverlayRegion, type Placement, type Specification } from './overlay';
import { placementScores } from './placement';
import { accountQuotas } from './quotas';
import { spotPrices } from './spot';
import { availabilityZones, type Zone, zoneOfferings } from './zones';

const PARTS = [
  'instance types',
  'zones',
  'on-demand prices',
  'spot prices',
  'capacity blocks',
  'placement scores',
  'quotas',
] as const;
export type Part = (typeof PARTS)[number];

/** A part of a region that could not be read: its older figures stay. */
export interface Missing {
  readonly region: string;
  readonly part: Part;
  readonly reason: string;
}

export interface RefreshedRegion {
  /** null when nothing at all could be read. */
  readonly region: OverlayRegion | null;
  readonly missing: readonly Missing[];
  /** NVIDIA types offered there that this program has no data of, so that they cannot be planned with. */
  readonly unknownTypes: readonly string[];
}

/** How regions are refreshed. */
export interface Refreshing {
  /** What is known without an account. */
  readonly embedded: Catalogue;
  readonly now: Date;
  /** Ask for spot placement scores too: AWS limits how many new ones an account may ask for in a day. */
  readonly placementScores: boolean;
  /** Read the account's vCPU quotas too. */
  readonly quotas: boolean;
}

interface Read {
  readonly specifications: Record<string, Specification> | null;
  readonly zones: Record<string, string[]> | null;
  readonly prices: Record<string, number> | null;
  readonly spot: Record<string, Record<string, number>> | null;
  readonly blocks: Record<string, CapacityBlock> | null;
  readonly placements: Record<string, Placement> | null;
}

/**
 * Reads a region anew. Each part stands alone: one that fails, or answers with nothing, keeps what was known before.
 * @param before what an earlier refresh found
 */
export async function refreshRegion(
  session: Session,
  region: string,
  before: OverlayRegion | undefined,
  { embedded, now, placementScores: withScores, quotas: withQuotas }: Refreshing,
): Promise<RefreshedRegion> {
  const asOf = now.toISOString();
  const missing: Missing[] = [];
  /** An empty answer is not believed: every region with GPU machines has all of these. */
  const attempt = async <T extends object>(
    part: Part,
    read: () => Promise<T>,
    mayBeEmpty = false,
  ): Promise<T | null> => {
    try {
      const answer = await read();
      if (mayBeEmpty || Object.keys(answer).length > 0) return answer;
      missing.push({ region, part, reason: 'the answer was empty' });
    } catch (thrown) {
      missing.push({ region, part, reason: failureOf(part, thrown).message });
    }
    return null;
  };
  const [specifications, zones, names, vcpusByCode] = await Promise.all([
    attempt('instance types', () => instanceTypes(session, region, asOf)),
    attempt('zones', async () => knownOnly(await zoneOfferings(session, region))),
    // Only translates zone names, which newer answers no longer need.
    availabilityZones(session, region).catch((): Zone[] => []),
    withQuotas ? attempt('quotas', () => accountQuotas(session, region)) : null,
  ]);
  const offered =
    zones !== null
      ? Object.keys(zones)
      : offeringsIn(embedded, region).map(({ instanceType }) => instanceType);
  const inBlocks = offered.filter((name) => findInstanceType(name)?.usageClasses.includes('capacity-block'));
  const [prices, spot, blocks, placements] =
    offered.length === 0
      ? [null, null, null, null]
      : await Promise.all([
          attempt('on-demand prices', () => onDemandPrices(session, region, offered)),
          attempt('spot prices', () => spotPrices(session, region, offered, names, now)),
          attempt('capacity blocks', () => capacityBlocks(session, region, inBlocks, names, asOf), true),
          withScores
            ? attempt('placement scores', () => placementScores(session, region, offered, asOf), true)
            : null,
        ]);
  const read: Read = { specifications, zones, prices, spot, blocks, placements };
  const nothing =
    Object.values(read).every((part) => part === null) ||
    (zones === null && prices === null && spot === null);
  const quotas = vcpusByCode === null ? before?.quotas : { vcpusByCode, asOf };
  const refreshed = combine(read, embedded, region, before, asOf);
  return {
    region: nothing ? null : { ...refreshed, ...(quotas === undefined ? {} : { quotas }) },
    missing,
    unknownTypes: Object.keys(specifications ?? {})
      .filter((name) => findInstanceType(name) === undefined)
      .sort(),
  };
}

const knownOnly = (zones: Record<string, string[]>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(zones).filter(([name]) => findInstanceType(name) !== undefined));

function combine(
  { specifications, zones, prices, spot, blocks, placements }: Read,
  embedded: Catalogue,
  region: string,
  before: OverlayRegion | undefined,
  asOf: string,
): OverlayRegion {
  const snapshot = new Set(offeringsIn(embedded, region).map(({ instanceType }) => instanceType));
  const names = INSTANCE_TYPES.map(({ name }) => name).filter(
    (name) => snapshot.has(name) || zones?.[name] || before?.offerings[name],
  );
  const offerings: OverlayRegion['offerings'] = {};
  for (const name of names) {
    const old = before?.offerings[name] ?? NOTHING_KNOWN;
    const usd = prices?.[name];
    offerings[name] = {
      zones: zones === null ? old.zones : { zoneIds: zones[name] ?? [], asOf },
      // A type that is missing in the price list keeps its older price with its older date.
      onDemand: usd === undefined ? old.onDemand : { usdPerHour: usd, asOf },
      spot: spot === null ? old.spot : { usdPerHourByZone: spot[name] ?? {}, asOf },
      capacityBlock: blocks === null ? old.capacityBlock : (blocks[name] ?? null),
      placement: placements === null ? old.placement : (placements[name] ?? null),
      specification: specifications?.[name] ?? old.specification,
    };
  }
  return { refreshedAt: asOf, offerings };
}
