import * as z from 'zod';

/**
 * What an account's API said about GPU offerings, kept beside the embedded snapshot. Every figure carries the moment it
 * was read (ISO 8601), because a refresh that loses one service keeps that service's older figures.
 */
const moment = z.iso.datetime();
const usdPerHour = z.number().positive().max(100_000);
const zoneId = z.string().regex(/^[a-z0-9-]{3,30}$/);
const count = z.number().int().positive();

const capacityBlockSchema = z.strictObject({
  /** Upfront fee over hours and machines, of the cheapest block on offer. */
  usdPerHour,
  zoneId: z.string(),
  durationHours: count,
  startsAt: moment,
  asOf: moment,
});

const placementSchema = z.strictObject({
  /** 1 to 10 by zone id: how likely one spot request gets its machine (EC2, GetSpotPlacementScores). */
  scoreByZone: z.record(zoneId, z.number().int().min(1).max(10)),
  /** The types that were asked for together: a score is theirs as a group. */
  types: z.array(z.string()).min(1),
  asOf: moment,
});
export type Placement = z.infer<typeof placementSchema>;

const specificationSchema = z.strictObject({
  gpuName: z.string(),
  /** Fractional where a machine holds a slice of one GPU. */
  gpuCount: z.number().positive(),
  gpuMemoryMiB: z.number().int().min(0),
  vcpus: count,
  memoryMiB: count,
  usageClasses: z.array(z.string()),
  asOf: moment,
});
export type Specification = z.infer<typeof specificationSchema>;

const offeringSchema = z.strictObject({
  /** Zones that offer the type; empty when it is not offered (any more). null: never asked, see the snapshot. */
  zones: z.strictObject({ zoneIds: z.array(zoneId), asOf: moment }).nullable(),
  onDemand: z.strictObject({ usdPerHour, asOf: moment }).nullable(),
  spot: z.strictObject({ usdPerHourByZone: z.record(zoneId, usdPerHour), asOf: moment }).nullable(),
  capacityBlock: capacityBlockSchema.nullable(),
  /** null where scores were never asked for (`--placement-scores`). */
  placement: placementSchema.nullable().default(null),
  specification: specificationSchema.nullable(),
});
export type OverlayOffering = z.infer<typeof offeringSchema>;

const regionSchema = z.strictObject({
  /** When last asked, whether or not everything answered. */
  refreshedAt: moment,
  offerings: z.record(z.string(), offeringSchema),
  /** The account's vCPU quotas by code; absent where they were never asked for (`--quotas`). */
  quotas: z.strictObject({ vcpusByCode: z.record(z.string(), z.number().min(0)), asOf: moment }).optional(),
});
export type OverlayRegion = z.infer<typeof regionSchema>;

const OVERLAY_SCHEMA_VERSION = 1;
export const overlaySchema = z.strictObject({
  schemaVersion: z.literal(OVERLAY_SCHEMA_VERSION),
  regions: z.record(z.string(), regionSchema),
});
export type Overlay = z.infer<typeof overlaySchema>;

export const EMPTY_OVERLAY: Overlay = { schemaVersion: OVERLAY_SCHEMA_VERSION, regions: {} };
export const NOTHING_KNOWN: OverlayOffering = {
  zones: null,
  onDemand: null,
  spot: null,
  capacityBlock: null,
  placement: null,
  specification: null,
};

/** Two-space JSON with sorted keys, ending in a newline: the same overlay gives the same bytes. */
export function serializeOverlay(overlay: Overlay): string {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return `${JSON.stringify(overlaySchema.parse(overlay), sorted, 2)}\n`;
}

/** Reads an overlay; a string says why it is none. */
export function parseOverlay(text: string): Overlay | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    return `not JSON (${(cause as Error).message})`;
  }
  const parsed = overlaySchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  return `${issue.path.join('.') || 'the document'}: ${issue.message}`;
}
