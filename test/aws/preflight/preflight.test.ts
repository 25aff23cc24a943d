import type { Finding } from '../../../src/aws/preflight/finding';
import { PLAN_TAG } from '../../../src/aws/preflight/running';
import { accountHandlers, hubHandler, offeringsIn } from '../account';
import type { Handler } from '../local-aws';
import { json, xml } from '../region';
import { check, denied, FULL, HUB, notFound, PLAN } from './check';

test('an account that is ready passes every line', async () => {
  const { code, findings, err } = await check(FULL, {});
  expect(findings.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(findings.map(({ check: name }) => name)).toEqual(
    expect.arrayContaining([
      'credentials',
      'region',
      'zones',
      'subnets',
      'machine image',
      'engine image',
      'certificate',
      'hosted zone',
      'key service',
      'weights',
      'staged weights',
      'state bucket',
      'budget tag',
      'Terraform',
    ]),
  );
});

test('warnings end with 1, or with 0 when they are allowed', async () => {
  const first = await check(PLAN, {});
  expect(first.of('state bucket')).toMatchObject({ status: 'warn' });
  expect(first.err).toMatch(/^error: ready with warnings: state bucket \(--allow-warnings to accept them\)/);
  expect(first.code).toBe(1);
  expect((await check(PLAN, {}, '--allow-warnings')).code).toBe(0);
});

test('account ids are shown nowhere, the last four digits on request', async () => {
  const { out, err } = await check(
    FULL,
    { 'acm:DescribeCertificate': notFound, 'kms:DescribeKey': denied },
    '--last-digits',
  );
  expect(`${out}${err}`).not.toContain('123456789012');
  expect(out).toContain('account ending in 9012');
});

const FAILURES: [string, Record<string, Handler>, string, Finding['status'], RegExp][] = [
  [
    'no quota',
    accountHandlers({ quotaVcpus: 64 }),
    'quota Running On-Demand G',
    'fail',
    /request-service-quota-increase --service-code ec2 --quota-code L-DB2E81BA --region us-west-2 --desired-value 192/,
  ],
  [
    'quota in use',
    accountHandlers({ quotaVcpus: 100, running: { 'g5.xlarge': 2, 'p5.48xlarge': 3, 'm5.large': 1 } }),
    'quota Running On-Demand G',
    'fail',
    /--desired-value 200/,
  ],
  [
    'quota too small to grow',
    accountHandlers({ quotaVcpus: 96 }),
    'quota Running On-Demand G',
    'warn',
    /--desired-value 192/,
  ],
  [
    'quota too small to grow beside what runs',
    accountHandlers({ quotaVcpus: 193, running: { 'g5.xlarge': 1 } }),
    'quota Running On-Demand G',
    'warn',
    /--desired-value 196/,
  ],
  [
    'type gone from a zone',
    { 'ec2:DescribeInstanceTypeOfferings': offeringsIn(['g6e.12xlarge'], ['usw2-az1', 'usw2-az4']) },
    'g6e.12xlarge on offer',
    'fail',
    /catalog refresh --region us-west-2/,
  ],
  [
    'zone closed',
    { 'ec2:DescribeAvailabilityZones': () => xml('DescribeAvailabilityZones', '<availabilityZoneInfo/>') },
    'zones',
    'fail',
    /plan again/,
  ],
  [
    'no image parameter',
    { 'ssm:GetParameter': () => json({ __type: 'ParameterNotFound', message: 'x' }, 400) },
    'machine image',
    'fail',
    /deployment\.amiId/,
  ],
  [
    'no engine image',
    { 'ecr:DescribeImages': () => json({ __type: 'ImageNotFoundException', message: 'x' }, 400) },
    'engine image',
    'fail',
    /docker push/,
  ],
  [
    'certificate pending',
    { 'acm:DescribeCertificate': () => json({ Certificate: { Status: 'PENDING_VALIDATION' } }) },
    'certificate',
    'fail',
    /validation/,
  ],
  ['certificate gone', { 'acm:DescribeCertificate': notFound }, 'certificate', 'fail', /request-certificate/],
  [
    'secret without value',
    { 'secretsmanager:DescribeSecret': () => json({ Name: 'x' }) },
    'secret: API key',
    'fail',
    /put-secret-value/,
  ],
  [
    'key disabled',
    { 'kms:DescribeKey': () => json({ KeyMetadata: { KeyId: 'k', KeyState: 'Disabled' } }) },
    'key service',
    'fail',
    /enable the key/,
  ],
  [
    'tag inactive',
    {
      'ce:ListCostAllocationTags': () =>
        json({ CostAllocationTags: [{ TagKey: PLAN_TAG, Status: 'Inactive' }] }),
    },
    'budget tag',
    'warn',
    /update-cost-allocation-tags-status/,
  ],
  [
    'tag not to be asked',
    { 'ce:ListCostAllocationTags': denied },
    'budget tag',
    'warn',
    /docs\/iam\/preflight\.json/,
  ],
  [
    'weights cut short',
    { [HUB]: hubHandler(PLAN.choice.checkpointBytes * 0.5) },
    'weights',
    'fail',
    /incomplete/,
  ],
  ['weights gated', { [HUB]: () => json({ error: 'gated' }, 401) }, 'weights', 'fail', /HF_TOKEN/],
  ['hub down', { [HUB]: () => json({}, 503) }, 'weights', 'warn', /HF_ENDPOINT/],
  [
    'no state bucket',
    { 's3:ListBucket': () => ({ status: 404, body: '' }) },
    'state bucket',
    'fail',
    /create-bucket/,
  ],
  [
    'a foreign zone',
    {
      'route53:GetHostedZone': () => ({
        status: 404,
        body: '<ErrorResponse><Error><Code>NoSuchHostedZone</Code><Message>x</Message></Error></ErrorResponse>',
      }),
    },
    'hosted zone',
    'fail',
    /network\.domain/,
  ],
];
test.each(FAILURES)('%s', async (_, handlers, name, status, fix) => {
  const { of, code, err } = await check(FULL, handlers);
  expect(of(name)).toMatchObject({ status, fix: expect.stringMatching(fix) });
  expect(code).toBe(status === 'fail' ? 3 : 1);
  expect(err.split('\n').length).toBe(2);
});

test.each([
  [
    'expired',
    {
      'sts:GetCallerIdentity': () => ({
        status: 403,
        body: '<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>x</Message></Error></ErrorResponse>',
      }),
    },
    /^error: not ready to deploy: credentials/,
  ],
  [
    'region switched off',
    {
      'ec2:DescribeRegions': () =>
        xml(
          'DescribeRegions',
          '<regionInfo><item><regionName>us-west-2</regionName><optInStatus>not-opted-in</optInStatus></item></regionInfo>',
        ),
    },
    /^error: not ready to deploy: region/,
  ],
])('%s: nothing else is asked', async (_, handlers: Record<string, Handler>, message) => {
  const { code, err, calls } = await check(FULL, handlers);
  expect(err).toMatch(message);
  expect(code).toBe(3);
  expect(new Set(calls.map(({ action }) => action)).size).toBeLessThanOrEqual(2);
});
