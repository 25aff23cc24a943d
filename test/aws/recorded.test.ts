import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { parseOverlay } from '../../src/aws/catalogue/overlay';
import { findInstanceType } from '../../src/hardware/instance-types';
import { cli, localEnvironment, setEnvironment } from './environment';
import { type Handler, localAws } from './local-aws';
import { nextXml, page, regionHandlers, xml } from './region';

interface Recorded {
  readonly source: string;
  readonly InstanceTypes: readonly InstanceTypeInfo[];
}
const json = <T>(name: string): T => JSON.parse(readFileSync(join(__dirname, 'recorded', name), 'utf8')) as T;
const { InstanceTypes } = json<Recorded>('instance-types.json');
const { regions } = json<{ regions: Record<string, [type: string, zoneId: string][]> }>('offerings.json');

/** Elements of EC2's XML: names begin small, lists hold items. */
function element(name: string, value: unknown): string {
  const tag = name.charAt(0).toLowerCase() + name.slice(1);
  if (Array.isArray(value)) return `<${tag}>${value.map((item) => element('item', item)).join('')}</${tag}>`;
  if (typeof value !== 'object' || value === null) return `<${tag}>${String(value)}</${tag}>`;
  return `<${tag}>${Object.entries(value)
    .map(([key, inner]) => element(key, inner))
    .join('')}</${tag}>`;
}

const PAGE_SIZE = 10;
const typesAnswer: Handler = ({ region, parameters }) => {
  const offered = new Set(regions[region]!.map(([type]) => type));
  const types = InstanceTypes.filter(({ InstanceType }) => offered.has(InstanceType!));
  const { items, next } = page(types, PAGE_SIZE, parameters.NextToken);
  return xml('DescribeInstanceTypes', element('InstanceTypeSet', items) + nextXml(next));
};
const offeringsAnswer: Handler = ({ region, parameters }) => {
  const { items, next } = page(regions[region]!, PAGE_SIZE * 3, parameters.NextToken);
  const entries = items.map(([InstanceType, Location]) => ({
    InstanceType,
    LocationType: 'availability-zone-id',
    Location,
  }));
  return xml('DescribeInstanceTypeOfferings', element('InstanceTypeOfferingSet', entries) + nextXml(next));
};

test.each(Object.keys(regions))('%s as EC2 answered, over several pages', async (region) => {
  const folder = mkdtempSync(join(tmpdir(), 'recorded-'));
  const server = await localAws({
    ...regionHandlers(),
    'ec2:DescribeInstanceTypes': typesAnswer,
    'ec2:DescribeInstanceTypeOfferings': offeringsAnswer,
  });
  const restore = setEnvironment(localEnvironment(server.url, folder));
  const out = join(folder, 'overlay.json');
  try {
    const { code, err } = await cli('catalog', 'refresh', '--region', region, '--out', out);
    expect([code, err]).toEqual([0, '']);
    expect(server.calls.length).toBeLessThanOrEqual(60);
    expect(server.calls.filter(({ parameters }) => parameters.NextToken).length).toBeGreaterThan(3);
  } finally {
    restore();
    await server.close();
  }
  const overlay = parseOverlay(readFileSync(out, 'utf8'));
  rmSync(folder, { recursive: true, force: true });
  if (typeof overlay === 'string') throw new Error(overlay);
  const { offerings } = overlay.regions[region]!;
  const recorded = regions[region]!;
  for (const [name, { zones, specification }] of Object.entries(offerings)) {
    const wanted = recorded.flatMap(([type, zone]) => (type === name ? [zone] : [])).sort();
    expect([name, zones!.zoneIds]).toEqual([name, wanted]);
    if (wanted.length === 0) continue;
    const { gpuCount, vcpus, memoryGiB, usageClasses } = findInstanceType(name)!;
    expect([name, specification]).toEqual([
      name,
      expect.objectContaining({ gpuCount, vcpus, memoryMiB: memoryGiB * 1024 }),
    ]);
    // What the snapshot says is sold is sold; EC2 may sell more since.
    expect(specification!.usageClasses).toEqual(
      expect.arrayContaining(usageClasses.filter((use) => use !== 'capacity-block')),
    );
  }
  const offered = new Set(recorded.map(([type]) => type));
  // Machines with AMD GPUs are EC2's GPU machines too, and none of ours.
  const nvidia = InstanceTypes.filter(({ GpuInfo }) => GpuInfo!.Gpus![0]!.Manufacturer === 'NVIDIA');
  for (const { InstanceType } of nvidia)
    if (offered.has(InstanceType!) && findInstanceType(InstanceType!))
      expect(Object.keys(offerings)).toContain(InstanceType);
  expect(Object.keys(offerings).filter((name) => name.startsWith('g4ad'))).toEqual([]);
});
