import { csv, number, writeRows } from './files';

/** How good a price is: quoted for that region, assumed equal to us-east-1, or scaled by another type's ratio. */
function priceEvidence(source: string): 'listed' | 'assumed' | 'estimated' {
  if (source.startsWith('estimated')) return 'estimated';
  return source.startsWith('assumed') ? 'assumed' : 'listed';
}

/** Where each type is offered, and its prices there. */
export function convertOfferings(): void {
  const byOffering = new Map<
    string,
    { zoneIds: string[]; spot: Record<string, [number, string]>; row: Record<string, string> }
  >();
  for (const row of csv('aws-gpu-catalog.csv')) {
    const key = `${row.region}/${row.instance_type}`;
    const entry = byOffering.get(key) ?? { zoneIds: [], spot: {}, row };
    entry.zoneIds.push(row.az_id!);
    const spot = number(row.price_spot_usd_h);
    if (spot !== null) entry.spot[row.az_id!] = [spot, row.spot_source!];
    byOffering.set(key, entry);
  }
  const offerings = [...byOffering.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { zoneIds, spot, row }]) => {
      const usdPerHour = number(row.price_od_usd_h);
      return {
        region: row.region,
        instanceType: row.instance_type,
        zoneIds: zoneIds.sort(),
        onDemand:
          usdPerHour === null
            ? null
            : { usdPerHour, source: row.od_source, evidence: priceEvidence(row.od_source!) },
        spot: Object.fromEntries(
          Object.entries(spot)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([zone, [usd, source]]) => [zone, { usdPerHour: usd, source }]),
        ),
      };
    });
  writeRows('src/hardware/data/aws-offerings.json', 'offerings', {
    asOf: '2026-08-01',
    sources: {
      'karpenter-2026-07-20': 'us-east-1 prices of 2026-07-20',
      'awspricelist-2025-04-04':
        'AWS price list of 2025-04-04 (G-family prices unchanged since in us-east-1)',
      'skypilot-2026H1': 'skypilot catalogue, first half of 2026',
      'assumed=us-east-1': 'no row found; us-east-1 price assumed',
      'estimated-region-ratio':
        'us-east-1 price times another type’s regional ratio: an estimate, not a quote',
      'spot-advisor-savings-2025-06': 'on-demand price less the Spot Advisor saving of 2025-06: indicative',
    },
    offerings,
  });
}
