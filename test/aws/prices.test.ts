import { mergeCatalogue } from '../../src/aws/catalogue/merge';
import { EMBEDDED_CATALOGUE, offeringsIn } from '../../src/hardware/offerings';
import { cli } from './environment';
import { regionHandlers, xml, zoneName } from './region';
import { overlay, serve } from './served-catalogue';

/** What the answers of AWS hold more than one of. */
const REGION = 'us-west-2';
const refreshed = async (handlers: Parameters<typeof serve>[0]) => {
  await serve({ ...regionHandlers(), ...handlers });
  expect((await cli('catalog', 'refresh', '--region', REGION)).code).toBe(0);
  return overlay().regions[REGION]!.offerings;
};

test('of two spot prices of a zone the newer one counts, in whichever order they come', async () => {
  const entry = (usd: number, hour: number): string =>
    `<item><instanceType>g6e.xlarge</instanceType><productDescription>Linux/UNIX</productDescription><spotPrice>${usd}</spotPrice><timestamp>2026-11-23T${hour}:00:00.000Z</timestamp><availabilityZone>${zoneName(REGION, 'usw2-az1')}</availabilityZone></item>`;
  for (const entries of [entry(0.7, 12) + entry(0.5, 10), entry(0.5, 10) + entry(0.7, 12)]) {
    const offerings = await refreshed({
      'ec2:DescribeSpotPriceHistory': () =>
        xml('DescribeSpotPriceHistory', `<spotPriceHistorySet>${entries}</spotPriceHistorySet>`),
    });
    expect(offerings['g6e.xlarge']!.spot!.usdPerHourByZone).toEqual({ 'usw2-az1': 0.7 });
  }
});

test('the fee of a capacity block is shared by its hours and its machines', async () => {
  const offerings = await refreshed({
    'ec2:DescribeCapacityBlockOfferings': ({ parameters }) =>
      xml(
        'DescribeCapacityBlockOfferings',
        `<capacityBlockOfferingSet><item><capacityBlockOfferingId>cb-1</capacityBlockOfferingId><instanceType>${parameters.InstanceType}</instanceType><availabilityZone>${zoneName(REGION, 'usw2-az2')}</availabilityZone><instanceCount>2</instanceCount><startDate>2026-12-01T11:30:00.000Z</startDate><capacityBlockDurationHours>48</capacityBlockDurationHours><upfrontFee>3840.0000</upfrontFee><currencyCode>USD</currencyCode></item></capacityBlockOfferingSet>`,
      ),
  });
  expect(offerings['p5.48xlarge']!.capacityBlock).toMatchObject({ usdPerHour: 40, durationHours: 48 });
});

test('a capacity block in a zone without the type is not planned', async () => {
  await refreshed({});
  const kept = overlay();
  const region = kept.regions[REGION]!;
  const live = region.offerings['p5.48xlarge']!;
  const blockIn = (zoneId: string) => {
    const moved = { ...live, capacityBlock: { ...live.capacityBlock!, zoneId } };
    const offerings = { ...region.offerings, 'p5.48xlarge': moved };
    const merged = mergeCatalogue(EMBEDDED_CATALOGUE, {
      ...kept,
      regions: { [REGION]: { ...region, offerings } },
    });
    return offeringsIn(merged, REGION).find(({ instanceType }) => instanceType === 'p5.48xlarge')!
      .capacityBlock;
  };
  expect(blockIn(live.zones!.zoneIds[0]!)).toMatchObject({ zoneId: live.zones!.zoneIds[0] });
  expect(blockIn('usw2-az9')).toBeUndefined();
});
