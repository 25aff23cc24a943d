import { INSTANCE_TYPES } from '../../src/hardware/instance-types';
import { EMBEDDED_CATALOGUE, offeringsIn } from '../../src/hardware/offerings';
import type { Answer, Call, Handler } from './local-aws';

/** A region as its API would describe it: the shapes of EC2 and Pricing answers, the figures of the snapshot times a factor. */
export interface RegionOptions {
  readonly types?: readonly string[];
  /** Items per page: small numbers make many pages. */
  readonly pageSize?: number;
  /** Live prices differ from the snapshot by this factor, so that tests tell them apart. */
  readonly factor?: number;
}

export const xml = (operation: string, inner: string): Answer => ({
  status: 200,
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId>${inner}</${operation}Response>`,
});
export const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });

const GPU_NAMES: Readonly<Record<string, string>> = { 'A100-40GB': 'A100', 'A100-80GB': 'A100' };
const letters = 'abcdef';
const zoneNumber = (id: string): number => Number(id.split('-az')[1]);
export const zoneName = (region: string, id: string): string => `${region}${letters[zoneNumber(id) - 1]}`;

/** Slices items as a server with page tokens does: the token is the next index. */
export function page<T>(
  items: readonly T[],
  size: number,
  token: unknown,
): { items: readonly T[]; next: string | null } {
  const start = typeof token === 'string' ? Number(token) : 0;
  const end = start + size;
  return { items: items.slice(start, end), next: end < items.length ? String(end) : null };
}
export const nextXml = (next: string | null): string =>
  next === null ? '' : `<nextToken>${next}</nextToken>`;

export function regionHandlers(options: RegionOptions = {}): Record<string, Handler> {
  const { pageSize = 100, factor = 1.25 } = options;
  const wanted = (name: string): boolean => options.types?.includes(name) ?? true;
  const offered = (region: string) =>
    offeringsIn(EMBEDDED_CATALOGUE, region).filter(({ instanceType }) => wanted(instanceType));
  const zonesOfRegion = (region: string): string[] =>
    [...new Set(offered(region).flatMap(({ zoneIds }) => zoneIds))].sort();
  return {
    'ec2:DescribeInstanceTypes': ({ region, parameters }) => {
      const names = new Set(offered(region).map(({ instanceType }) => instanceType));
      const types = INSTANCE_TYPES.filter(({ name }) => names.has(name));
      const { items, next } = page(types, pageSize, parameters.NextToken);
      const entries = items.map((type) => {
        // A slice of a GPU is reported as count 0 with its share beside it.
        const whole = Number.isInteger(type.gpuCount);
        const share = whole
          ? ''
          : `<logicalGpuCount>1</logicalGpuCount><gpuPartitionSize>${type.gpuCount}</gpuPartitionSize>`;
        const gpu = GPU_NAMES[type.gpuId] ?? type.gpuId;
        return `<item><instanceType>${type.name}</instanceType><vCpuInfo><defaultVCpus>${type.vcpus}</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>${type.memoryGiB * 1024}</sizeInMiB></memoryInfo><gpuInfo><gpus><item><name>${gpu}</name><manufacturer>NVIDIA</manufacturer><count>${whole ? type.gpuCount : 0}</count>${share}<memoryInfo><sizeInMiB>22888</sizeInMiB></memoryInfo></item></gpus></gpuInfo><supportedUsageClasses>${type.usageClasses.map((name) => `<item>${name}</item>`).join('')}</supportedUsageClasses></item>`;
      });
      return xml(
        'DescribeInstanceTypes',
        `<instanceTypeSet>${entries.join('')}</instanceTypeSet>${nextXml(next)}`,
      );
    },
    'ec2:DescribeInstanceTypeOfferings': ({ region, parameters }) => {
      const patterns = filterValues(parameters, 'instance-type').map((value) => value.replace('*', ''));
      const pairs = offered(region)
        .filter(({ instanceType }) => patterns.some((prefix) => instanceType.startsWith(prefix)))
        .flatMap(({ instanceType, zoneIds }) => zoneIds.map((zone) => ({ instanceType, zone })));
      const { items, next } = page(pairs, pageSize * 5, parameters.NextToken);
      const entries = items.map(
        ({ instanceType, zone }) =>
          `<item><instanceType>${instanceType}</instanceType><locationType>availability-zone-id</locationType><location>${zone}</location></item>`,
      );
      return xml(
        'DescribeInstanceTypeOfferings',
        `<instanceTypeOfferingSet>${entries.join('')}</instanceTypeOfferingSet>${nextXml(next)}`,
      );
    },
    'ec2:DescribeAvailabilityZones': ({ region }) =>
      xml(
        'DescribeAvailabilityZones',
        `<availabilityZoneInfo>${zonesOfRegion(region)
          .map(
            (id) =>
              `<item><zoneName>${zoneName(region, id)}</zoneName><zoneId>${id}</zoneId><zoneState>available</zoneState></item>`,
          )
          .join('')}</availabilityZoneInfo>`,
      ),
    'ec2:DescribeSpotPriceHistory': ({ region, parameters }) => {
      const prices = offered(region).flatMap(({ instanceType, spot }) =>
        Object.entries(spot).map(([zone, { usdPerHour }]) => ({
          instanceType,
          zone,
          usd: usdPerHour * factor,
        })),
      );
      const { items, next } = page(prices, pageSize * 5, parameters.NextToken);
      const entries = items.map(
        // By zone name only, as older answers: the id has to be looked up.
        ({ instanceType, zone, usd }) =>
          `<item><instanceType>${instanceType}</instanceType><productDescription>Linux/UNIX</productDescription><spotPrice>${usd.toFixed(6)}</spotPrice><timestamp>2026-11-23T10:00:00.000Z</timestamp><availabilityZone>${zoneName(region, zone)}</availabilityZone></item>`,
      );
      return xml(
        'DescribeSpotPriceHistory',
        `<spotPriceHistorySet>${entries.join('')}</spotPriceHistorySet>${nextXml(next)}`,
      );
    },
    'ec2:DescribeCapacityBlockOfferings': ({ region, parameters }) => {
      const type = String(parameters.InstanceType);
      const zone = offered(region).find(({ instanceType }) => instanceType === type)?.zoneIds[0];
      const blocks = (zone === undefined ? [] : [998.4, 1497.6]).map(
        (fee, day) =>
          `<item><capacityBlockOfferingId>cb-${day}</capacityBlockOfferingId><instanceType>${type}</instanceType><availabilityZone>${zoneName(region, zone!)}</availabilityZone><instanceCount>1</instanceCount><startDate>2026-12-0${day + 1}T11:30:00.000Z</startDate><capacityBlockDurationHours>24</capacityBlockDurationHours><upfrontFee>${fee.toFixed(4)}</upfrontFee><currencyCode>USD</currencyCode></item>`,
      );
      return xml(
        'DescribeCapacityBlockOfferings',
        `<capacityBlockOfferingSet>${blocks.join('')}</capacityBlockOfferingSet>`,
      );
    },
    'ec2:GetSpotPlacementScores': ({ region, parameters }) => {
      const named = Object.entries(parameters).flatMap(([key, value]) =>
        key.startsWith('InstanceType.') ? [String(value)] : [],
      );
      const zones = zonesOfRegion(region).filter((zone) =>
        offered(region).some(
          ({ instanceType, zoneIds }) => named.includes(instanceType) && zoneIds.includes(zone),
        ),
      );
      const { items, next } = page(zones, Math.min(pageSize, 3), parameters.NextToken);
      const entries = items.map(
        (zone) =>
          `<item><region>${region}</region><availabilityZoneId>${zone}</availabilityZoneId><score>${1 + (zoneNumber(zone) % 10)}</score></item>`,
      );
      return xml(
        'GetSpotPlacementScores',
        `<spotPlacementScoreSet>${entries.join('')}</spotPlacementScoreSet>${nextXml(next)}`,
      );
    },
    'pricing:GetProducts': (call) => {
      const { items, next } = page(products(call, offered, factor), pageSize, call.parameters.NextToken);
      return json({
        FormatVersion: 'aws_v1',
        PriceList: items,
        ...(next === null ? {} : { NextToken: next }),
      });
    },
  };
}

/** Values of `Filter.N.Name=… Filter.N.Value.M=…` of an EC2 query. */
export function filterValues(parameters: Call['parameters'], name: string): string[] {
  const n = Object.entries(parameters).find(
    ([key, value]) => /^Filter\.\d+\.Name$/.test(key) && value === name,
  )?.[0];
  if (n === undefined) return [];
  const prefix = n.replace('Name', 'Value.');
  return Object.entries(parameters).flatMap(([key, value]) =>
    key.startsWith(prefix) ? [String(value)] : [],
  );
}

interface PriceFilter {
  readonly Field: string;
  readonly Value: string;
}

/** Price list entries, JSON in strings: with a capacity block of price 0 when the query forgets marketoption. */
function products(
  { parameters }: Call,
  offered: (region: string) => readonly { instanceType: string; onDemand: { usdPerHour: number } | null }[],
  factor: number,
): string[] {
  const filters = new Map((parameters.Filters as PriceFilter[]).map(({ Field, Value }) => [Field, Value]));
  const region = filters.get('regionCode') ?? '';
  const metal = filters.get('productFamily') === 'Compute Instance (bare metal)';
  const names = new Set((filters.get('instanceType') ?? '').split(','));
  const entry = (instanceType: string, marketoption: string, usd: number): string =>
    JSON.stringify({
      product: {
        productFamily: filters.get('productFamily'),
        attributes: {
          instanceType,
          regionCode: region,
          operatingSystem: 'Linux',
          preInstalledSw: 'NA',
          capacitystatus: 'Used',
          tenancy: metal ? 'Dedicated' : 'Shared',
          marketoption,
        },
        sku: `${instanceType}-${marketoption}`,
      },
      serviceCode: 'AmazonEC2',
      terms: {
        OnDemand: { t: { priceDimensions: { d: { unit: 'Hrs', pricePerUnit: { USD: usd.toFixed(10) } } } } },
      },
    });
  return offered(region)
    .filter(({ instanceType }) => names.has(instanceType) && instanceType.endsWith('.metal') === metal)
    .flatMap(({ instanceType, onDemand }) => [
      ...(onDemand === null ? [] : [entry(instanceType, 'OnDemand', onDemand.usdPerHour * factor)]),
      ...(filters.get('marketoption') === 'OnDemand' ? [] : [entry(instanceType, 'CapacityBlock', 0)]),
    ]);
}
