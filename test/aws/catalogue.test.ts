import { existsSync, readFileSync } from 'node:fs';
import { mergeCatalogue } from '../../src/aws/catalogue/merge';
import { EMBEDDED_CATALOGUE, offeringsIn } from '../../src/hardware/offerings';
import { parsePlan } from '../../src/plan/document';
import { nextSteps } from '../../src/report/view/next';
import { cli } from './environment';
import type { Handler } from './local-aws';
import { json, regionHandlers, xml } from './region';
import { overlay, overlayFile, serve, server, snapshot } from './served-catalogue';

describe('catalog refresh', () => {
  test('one region: at most 60 calls and 5 seconds, everything read', async () => {
    await serve(regionHandlers());
    let [quickest, calls] = [Number.POSITIVE_INFINITY, 0];
    // The quickest of three counts: other work on this machine is none of the program's.
    for (let attempt = 0; attempt < 3 && quickest >= 5; attempt++) {
      const started = performance.now();
      const { code, out, err } = await cli('catalog', 'refresh', '--json');
      quickest = Math.min(quickest, (performance.now() - started) / 1000);
      expect(err).toBe('');
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ refreshed: ['us-east-1'], missing: [], unknownTypes: [] });
      expect(server.calls.length - calls).toBeLessThanOrEqual(60);
      calls = server.calls.length;
    }
    expect(quickest).toBeLessThan(5);
    const { offerings } = overlay().regions['us-east-1']!;
    for (const { instanceType, zoneIds, onDemand, spot } of offeringsIn(EMBEDDED_CATALOGUE, 'us-east-1')) {
      const live = offerings[instanceType]!;
      expect(live.zones!.zoneIds).toEqual([...zoneIds].sort());
      if (onDemand) expect(live.onDemand!.usdPerHour).toBeCloseTo(onDemand.usdPerHour * 1.25, 6);
      expect(Object.keys(live.spot!.usdPerHourByZone).sort()).toEqual(Object.keys(spot).sort());
    }
  });

  test('several pages everywhere give the same', async () => {
    await serve(regionHandlers({ pageSize: 7 }));
    expect((await cli('catalog', 'refresh')).code).toBe(0);
    expect(server.calls.length).toBeLessThanOrEqual(60);
    expect(Object.keys(overlay().regions['us-east-1']!.offerings).length).toBe(
      offeringsIn(EMBEDDED_CATALOGUE, 'us-east-1').length,
    );
  });

  test('slices of a GPU, a type without a price, and capacity blocks', async () => {
    await serve(regionHandlers());
    expect((await cli('catalog', 'refresh', '--region', 'us-west-2', '--region', 'eu-north-1')).code).toBe(0);
    const { offerings } = overlay().regions['us-west-2']!;
    expect(offerings['g6f.large']!.specification).toMatchObject({ gpuCount: 0.125, gpuName: 'L4' });
    expect(offerings['p5e.48xlarge']).toMatchObject({
      onDemand: null,
      capacityBlock: { usdPerHour: 41.6, zoneId: 'usw2-az3', durationHours: 24 },
    });
    expect(offerings['g6e.xlarge']!.capacityBlock).toBeNull();
    const pricing = server.calls.filter(({ action }) => action === 'pricing:GetProducts');
    expect([...new Set(pricing.map(({ region }) => region))].sort()).toEqual(['eu-central-1', 'us-east-1']);
  });

  test('quotas are read on request only, and plans say whether they are enough', async () => {
    let [vcpus, denied] = [4, false];
    const quota: Handler = ({ parameters }) => {
      if (denied) return json({ __type: 'AccessDeniedException' }, 400);
      return parameters.QuotaCode === 'L-DB2E81BA'
        ? json({ Quota: { Value: vcpus } })
        : json({ __type: 'NoSuchResourceException' }, 400);
    };
    const none: Handler = () => json({ Quota: { Value: 0 } });
    await serve({
      ...regionHandlers(),
      'servicequotas:GetServiceQuota': quota,
      'servicequotas:GetAWSDefaultServiceQuota': none,
    });
    const planned = async () => {
      const words = ['plan', '--model', 'Qwen3.5-9B', '--allow-type', 'g6e', '--out', 'x.plan.json'];
      expect((await cli(...words)).code).toBe(0);
      return parsePlan(readFileSync('x.plan.json', 'utf8'), 'x.plan.json');
    };
    expect((await cli('catalog', 'refresh')).code).toBe(0);
    expect(overlay().regions['us-east-1']!.quotas).toBeUndefined();
    expect((await planned()).quotas![0]!.account).toBeUndefined();

    expect((await cli('catalog', 'refresh', '--quotas')).code).toBe(0);
    const short = await planned();
    const needed = short.quotas![0]!.vcpus;
    expect(needed).toBeGreaterThan(4);
    expect(short.quotas![0]!.account).toMatchObject({ vcpus: 4 });
    expect(short.notes.join('\n')).toMatch(
      new RegExp(`quota: ${needed} of the 4 vCPUs of .*us-east-1 are needed: AWS has to raise it`),
    );
    expect(nextSteps(short, 'x', 'qwen-selfhost').join('\n')).toContain('ask AWS for the quota');

    vcpus = 1000;
    expect((await cli('catalog', 'refresh', '--quotas')).code).toBe(0);
    const enough = await planned();
    expect(enough.choice).toEqual(short.choice);
    expect(enough.notes.join('\n')).toMatch(/of the 1000 vCPUs .* are needed \(read on/);
    expect(nextSteps(enough, 'x', 'qwen-selfhost').join('\n')).not.toContain('ask AWS for the quota');

    // A refresh that may not read them keeps what was known, and says so.
    denied = true;
    const refused = await cli('catalog', 'refresh', '--quotas');
    expect(refused.code).toBe(3);
    expect(refused.err).toMatch(/missing: quotas of us-east-1: .*servicequotas:GetServiceQuota/);
    expect(overlay().regions['us-east-1']!.quotas!.vcpusByCode['L-DB2E81BA']).toBe(1000);
  });

  test('placement scores are read on request only, for groups of at least three types with the same GPUs', async () => {
    await serve(regionHandlers());
    const asked = () => server.calls.filter(({ action }) => action === 'ec2:GetSpotPlacementScores');
    expect((await cli('catalog', 'refresh')).code).toBe(0);
    expect(asked()).toEqual([]);
    expect(overlay().regions['us-east-1']!.offerings['g6e.xlarge']!.placement).toBeNull();
    const calls = server.calls.length;
    expect((await cli('catalog', 'refresh', '--placement-scores', '--region', 'us-west-2')).code).toBe(0);
    expect(server.calls.length - calls).toBeLessThanOrEqual(60);
    expect(asked().length).toBeGreaterThan(3);
    for (const { parameters } of asked()) {
      expect(parameters).toMatchObject({
        TargetCapacity: '1',
        SingleAvailabilityZone: 'true',
        'RegionName.1': 'us-west-2',
      });
      expect(Object.keys(parameters)).toContain('InstanceType.3');
    }
    const { offerings } = overlay().regions['us-west-2']!;
    expect(offerings['g6e.xlarge']!.placement).toMatchObject({
      scoreByZone: { 'usw2-az1': 2, 'usw2-az2': 3 },
      types: expect.arrayContaining(['g6e.xlarge', 'g6e.16xlarge']),
    });
    expect(offerings['p5.48xlarge']!.placement).toBeNull();
    const shown = (await cli('catalog', 'show', 'g6e.xlarge', '--region', 'us-west-2')).out;
    expect(shown).toMatch(/placement usw2-az1 +2 of 10, for one of 5 types +0 d +ec2 spot placement scores/);
  });

  test('Local Zones, and prices of other terms, currencies, units and tenancies, are left out', async () => {
    const handlers = regionHandlers({ types: ['g6e.xlarge'] });
    await serve({
      ...handlers,
      'ec2:DescribeInstanceTypeOfferings': (call) => {
        const { status, body } = handlers['ec2:DescribeInstanceTypeOfferings']!(call);
        const local =
          '<item><instanceType>g6e.xlarge</instanceType><location>use1-bos1-az1</location></item>';
        return { status, body: body.replace('</instanceTypeOfferingSet>', `${local}$&`) };
      },
      'pricing:GetProducts': (call) => {
        const { PriceList } = JSON.parse(handlers['pricing:GetProducts']!(call).body) as {
          PriceList: string[];
        };
        const dearer = PriceList[0]!.replace(/"2\.\d+"/, '"99.0"');
        expect(dearer).not.toBe(PriceList[0]);
        const others = [
          ['"Shared"', '"Dedicated"'],
          ['"USD"', '"CNY"'],
          ['"OnDemand":{', '"Reserved":{'],
          ['"Hrs"', '"Quantity"'],
          ['"Used"', '"UnusedCapacityReservation"'],
        ] as const;
        return json({
          PriceList: [...PriceList, ...others.map(([from, to]) => dearer.replace(from, to)), 'null', '{'],
        });
      },
    });
    expect((await cli('catalog', 'refresh')).code).toBe(0);
    const { zones, onDemand } = overlay().regions['us-east-1']!.offerings['g6e.xlarge']!;
    expect(zones!.zoneIds).toEqual([...snapshot('g6e.xlarge').zoneIds].sort());
    expect(onDemand!.usdPerHour).toBeCloseTo(snapshot('g6e.xlarge').onDemand!.usdPerHour * 1.25, 6);
  });

  test('a type that lost its zones is offered no more, and one that gained a price has it', async () => {
    const types = ['g6e.xlarge', 'g5.xlarge'];
    await serve(regionHandlers({ types }));
    expect((await cli('catalog', 'refresh')).code).toBe(0);
    const merged = mergeCatalogue(EMBEDDED_CATALOGUE, overlay());
    expect(
      offeringsIn(merged, 'us-east-1')
        .map(({ instanceType }) => instanceType)
        .sort(),
    ).toEqual([...types].sort());
    expect(offeringsIn(merged, 'us-west-2')).toEqual(offeringsIn(EMBEDDED_CATALOGUE, 'us-west-2'));
  });

  test('a part that fails keeps its older figures and dates, is named, and the exit code is 3', async () => {
    await serve(regionHandlers());
    expect((await cli('catalog', 'refresh')).code).toBe(0);
    const before = overlay().regions['us-east-1']!;
    const denied = json(
      {
        __type: 'AccessDeniedException',
        Message: 'User: arn:aws:iam::123456789012:user/x is not authorized',
      },
      400,
    );
    await serve({ ...regionHandlers({ factor: 2 }), 'pricing:GetProducts': () => denied });
    const { code, err } = await cli('catalog', 'refresh');
    expect(code).toBe(3);
    expect(err).toMatch(
      /^missing: on-demand prices of us-east-1: pricing:GetProducts: not permitted; add the action/,
    );
    expect(err).not.toContain('123456789012');
    const after = overlay().regions['us-east-1']!;
    expect(after.offerings['g6e.xlarge']!.onDemand).toEqual(before.offerings['g6e.xlarge']!.onDemand);
    expect(after.offerings['g6e.xlarge']!.spot).not.toEqual(before.offerings['g6e.xlarge']!.spot);
  });

  test('when nothing answers nothing is written', async () => {
    await serve({}, { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' });
    const { code, err } = await cli('catalog', 'refresh');
    expect(code).toBe(3);
    expect(err).toContain('cannot be reached');
    expect(err).toMatch(/error: nothing could be refreshed in us-east-1/);
    expect(existsSync(overlayFile())).toBe(false);
  });

  test.each([
    [
      'no credentials',
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
      ['refresh'],
      3,
      /^missing: instance types, zones[^\n]+: no valid AWS credentials; run 'aws configure'[^\n]+\nerror: [^\n]+\n$/,
    ],
    [
      'a profile that is none',
      {},
      ['refresh', '--profile', 'nobody'],
      3,
      /^missing: [^\n]+ of us-east-1: there is no profile "nobody"[^\n]+\nerror: [^\n]+\n$/,
    ],
    [
      'a region that is none',
      {},
      ['refresh', '--region', 'moon'],
      2,
      /^error: --region: "moon" is not a region/,
    ],
    [
      'an overlay that is switched off',
      { QWEN_SELFHOST_CATALOGUE: 'none' },
      ['refresh'],
      2,
      /^error: QWEN_SELFHOST_CATALOGUE is none/,
    ],
    ['a type that is none', {}, ['show', 'm5.large'], 2, /^error: no GPU instance type matches "m5.large"/],
  ])('%s', async (_, environment, words, code, message) => {
    await serve({ 'ec2:DescribeInstanceTypes': () => xml('x', '') }, environment);
    const result = await cli('catalog', ...words);
    expect(result.err).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.err).not.toMatch(/\n\s+at /);
  });
});

test('catalog show gives every figure its source and age, without a call', async () => {
  await serve(regionHandlers());
  const before = await cli('catalog', 'show', 'g6e.xlarge', '--region', 'us-east-1');
  expect(before.out).toMatch(/on-demand +\$1\.8610\/h +\d+ d +karpenter-2026-07-20 \(listed\)/);
  await cli('catalog', 'refresh');
  const calls = server.calls.length;
  const after = await cli('catalog', 'show', 'g6e.xlarge', '--region', 'us-east-1');
  expect(after.out).toMatch(/on-demand +\$2\.3262\/h +0 d +aws-pricing-\d{4}-\d\d-\d\d \(listed\)/);
  expect(after.out).toMatch(/machine +1 x L40S, 4 vCPUs, 32 GiB +0 d +ec2 instance types/);
  expect(JSON.parse((await cli('catalog', 'show', 'p5e', '--json')).out).length).toBeGreaterThan(3);
  expect(server.calls.length).toBe(calls);
});
