import { UserError } from '../../src/errors';
import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { type Override, readRequirements } from '../../src/requirements/document';
import { requirementsJsonSchema } from '../../src/requirements/input';
import { resolveRequirements } from '../../src/requirements/resolve';

const read = (text: string, overrides: Override[] = []) =>
  readRequirements({ name: 'selfhost.yaml', text }, overrides);
const resolve = (text: string) => resolveRequirements(read(text), EMBEDDED_CATALOGUE);

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as UserError;
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error('expected a UserError');
}

describe('defaults', () => {
  test('a model is enough', () => {
    const { requirements } = resolve('model: Qwen3.5-27B');
    expect(requirements).toMatchObject({
      name: 'qwen3-5-27b',
      checkpoint: 'auto',
      qualityFloor: 'fp8',
      contextTokens: 32768,
      regions: ['us-east-1'],
      markets: ['on-demand'],
      confidence: 0.8,
      workload: { preset: 'chat', requestsPerSecond: 1, thinking: true },
    });
  });

  test('thinking multiplies the output of a preset', () => {
    const on = resolve('model: Qwen3.5-27B').requirements.workload.outputTokens.mean;
    const off = resolve('model: Qwen3.5-27B\nworkload: { thinking: false }').requirements.workload
      .outputTokens.mean;
    expect(on / off).toBeGreaterThan(3);
  });

  test('users become a rate, and the plan says how', () => {
    const { requirements, notes } = resolve(
      'model: Qwen3.5-27B\nworkload: { concurrentUsers: 120, secondsBetweenRequests: 60 }',
    );
    expect(requirements.workload.requestsPerSecond).toBe(2);
    expect(notes.join()).toContain('120 users');
  });

  test('milliseconds for seconds are asked about, slow targets are not', () => {
    const of = (slo: string) =>
      resolve(`model: Qwen3.5-27B\nslo: ${slo}`).notes.filter((n) => n.includes('milli'));
    expect(of('{ ttftP95Seconds: 2000, tpotP95Seconds: 50 }')).toEqual([
      'slo.ttftP95Seconds is 2000 seconds; give 2 where milliseconds were meant',
      'slo.tpotP95Seconds is 50 seconds; give 0.05 where milliseconds were meant',
    ]);
    expect(of('{ ttftP95Seconds: 120, tpotP95Seconds: 1 }')).toEqual([]);
  });

  test('hosted names resolve to their open twin with an explanation', () => {
    const { requirements, notes } = resolve('model: qwen/qwen3.5-flash');
    expect(requirements.model).toBe('Qwen3.5-35B-A3B');
    expect(notes[0]).toContain('YaRN');
    expect(resolve('model: QWEN3.5-PLUS').requirements.model).toBe('Qwen3.5-397B-A17B');
  });

  test('an explicit four-bit checkpoint lowers the default floor', () => {
    expect(resolve('model: Qwen3.5-397B-A17B\ncheckpoint: nvfp4').requirements.qualityFloor).toBe('int4');
  });
});

describe('mistakes get one line that says what is wrong, where, and what is allowed', () => {
  test.each([
    ['broken YAML', 'model: [unclosed', /^selfhost\.yaml:1:\d+: broken YAML/],
    ['a tab', 'model: x\n\tworkload: 1', /^selfhost\.yaml:2:\d+: broken YAML/],
    ['a list', '- a\n- b', /found a list/],
    ['plain text', 'just text', /found plain text/],
    ['a missing model', 'name: x', /^selfhost\.yaml:1: model: is missing; give text, such as 'model: /],
    [
      'an unknown key',
      'model: x\nworkload:\n  requestPerSecond: 3',
      /^selfhost\.yaml:3: workload: unknown key "requestPerSecond"; did you mean requestsPerSecond\?/,
    ],
    [
      'a wrong type',
      'model: x\nworkload:\n  requestsPerSecond: many',
      /^selfhost\.yaml:3: workload\.requestsPerSecond: "many" is not a number/,
    ],
    [
      'a unit',
      'model: x\nslo: { ttftP95Seconds: 5 ms }',
      /"5 ms" is not a number; give plain digits such as 2/,
    ],
    [
      'one of a list',
      'model: x\nregions: us-east-1',
      /regions: "us-east-1" is not a list; put it in brackets: \[us-east-1\]$/,
    ],
    [
      'a number as text',
      'model: x\nslo: { ttftP95Seconds: "5" }',
      /"5" is not a number; leave out the quotes$/,
    ],
    [
      'a negative number',
      'model: x\nworkload:\n  requestsPerSecond: -1',
      /:3: workload\.requestsPerSecond: -1 is too small; it must be above 0/,
    ],
    [
      'a huge number',
      'model: x\ncontextTokens: 99999999',
      /:2: contextTokens: 99999999 is too large; it must be at most 1010000/,
    ],
    [
      'an unknown choice',
      'model: x\nmarkets: [on-demnd]',
      /:2: markets\.0: "on-demnd" is not one of on-demand, spot, capacity-block; did you mean on-demand\?/,
    ],
    ['not a number', 'model: x\nslo: { ttftP95Seconds: .nan }', /slo\.ttftP95Seconds/],
    ['a bad CIDR', 'model: x\nnetwork: { allowedCidrs: [10.0.0.0] }', /CIDR/],
    ['a bad CIDR names the word for all', 'model: x\nnetwork: { allowedCidrs: [world] }', /'everyone'/],
    ['a public range as network', 'model: x\nnetwork: { cidr: 8.8.0.0/16 }', /private \/16 such as/],
    ['a short revision', 'model: x\ndeployment: { revision: main }', /commit of 40 hexadecimal digits/],
    ['an image without registry', 'model: x\ndeployment: { image: vllm }', /an image such as/],
    [
      'sleep after a moment',
      'model: x\ndeployment: { sleepAfterMinutes: 1 }',
      /1 is too small; it must be at least 15/,
    ],
    [
      'a list too short',
      'model: x\ndeployment: { spotInstanceTypes: [g6e.xlarge] }',
      /:2: deployment\.spotInstanceTypes: has 1 entry; it must have at least 2$/,
    ],
    ['an empty list', 'model: x\nmarkets: []', /:2: markets: is an empty list; it must have at least 1$/],
    ['a duplicate key', 'model: a\nmodel: b', /^selfhost\.yaml:2:1: broken YAML: "model" is given twice/],
    ['two documents', 'model: a\n---\nmodel: b', /:2:1: broken YAML: more than one document/],
    ['a section left empty', 'model: x\nworkload:', /:2: workload: is empty; give it keys/],
    ['an empty text', 'model: ""', /:1: model: is empty; give a value/],
    ['a far-off choice', 'model: x\ncheckpoint: int3', /"int3" is not one of [a-z0-9, -]+$/],
    [
      'an id of something else',
      'model: x\nnetwork: { machineSubnetIds: [foo] }',
      /:2: network\.machineSubnetIds\.0: "foo" does not fit; expected the id of a subnet such as subnet-/,
    ],
    [
      'a quota without its code',
      'model: x\nsizing: { quotaVcpus: { G: 1 } }',
      /key "G" does not fit; expected a quota code/,
    ],
    [
      'a state region nowhere',
      'model: x\nstateBackend: { bucket: abc, region: mars }',
      /an AWS region such as/,
    ],
    ['no day', 'model: x\nsizing: { blockStart: 2027-02-30 }', /expected a day of the calendar such as/],
    [
      'a hostile name',
      'model: x\nname: "$(rm -rf /)"',
      /name: .* does not fit; expected a lower-case letter/,
    ],
  ])('%s', (_, text, expected) => {
    expect(messageOf(() => read(text))).toMatch(expected);
  });

  test.each([
    [
      'unknown model',
      'model: Qwen3.5-35B-A4B',
      /unknown model "Qwen3\.5-35B-A4B"; did you mean Qwen3\.5-35B-A3B\?/,
    ],
    [
      'unknown region',
      'model: Qwen3.5-9B\nregions: [us-est-1]',
      /unknown region "us-est-1"; did you mean us-east-1\?/,
    ],
    ['both rates', 'model: Qwen3.5-9B\nworkload: { requestsPerSecond: 1, concurrentUsers: 5 }', /not both/],
    ['context too short', 'model: Qwen3.5-9B\ncontextTokens: 1000', /shorter than a p95 request/],
    [
      'p95 below mean',
      'model: Qwen3.5-9B\nworkload: { inputTokens: { mean: 100, p95: 50 } }',
      /p95 50 is below the mean 100/,
    ],
    ['checkpoint not published', 'model: Qwen3.5-9B\ncheckpoint: fp8', /has no fp8 checkpoint; it has bf16/],
    [
      'public without certificate',
      'model: Qwen3.5-9B\nnetwork: { exposure: public, allowedCidrs: [0.0.0.0/0] }',
      /needs a certificate/,
    ],
    [
      'type that does not exist',
      'model: Qwen3.5-9B\ninstanceTypes: { allow: [p7] }',
      /no GPU instance type matches "p7"/,
    ],
    ['unknown vLLM', 'model: Qwen3.5-9B\nvllmVersion: 9.9.9', /unknown vLLM version/],
    [
      'a token and a key in one header',
      'model: Qwen3.5-9B\nnetwork: { certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0f3c", jwt: { issuer: "https://id.example.com", jwksUrl: "https://id.example.com/keys" } }\ndeployment: { apiKey: variable }',
      /both read the Authorization header/,
    ],
    [
      'an audience that no token can name',
      'model: Qwen3.5-9B\nnetwork: { certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0f3c", jwt: { issuer: "https://id.example.com", jwksUrl: "https://id.example.com/keys", audience: "" } }',
      /network\.jwt\.audience.*llm-api/,
    ],
    [
      'several audiences, of which AWS does not say whether a token needs one or all',
      'model: Qwen3.5-9B\nnetwork: { certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0f3c", jwt: { issuer: "https://id.example.com", jwksUrl: "https://id.example.com/keys", audience: [a, b] } }',
      /network\.jwt\.audience.*a list of one/,
    ],
    [
      'two web ACLs',
      'model: Qwen3.5-9B\nnetwork: { rateLimitPerKey: 60, webAclArn: "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/x/1" }',
      /a load balancer takes one/,
    ],
    [
      'a range for an existing VPC',
      'model: Qwen3.5-9B\nnetwork: { cidr: 10.9.0.0/16, vpcId: vpc-0123456789abcdef0, machineSubnetIds: [subnet-00000001], loadBalancerSubnetIds: [subnet-00000002, subnet-00000003] }',
      /network\.cidr is for a new VPC/,
    ],
    [
      'no NAT with a public image',
      'model: Qwen3.5-9B\nnetwork: { natGateways: none }\ndeployment: { weights: s3, image: vllm/vllm-openai:v0.33.0 }',
      /a copy in ECR/,
    ],
    [
      'a VPC where several regions may be chosen',
      'model: Qwen3.5-9B\nregions: [us-east-1, us-west-2]\nnetwork: { vpcId: vpc-0123456789abcdef0, machineSubnetIds: [subnet-00000001], loadBalancerSubnetIds: [subnet-00000002, subnet-00000003] }',
      /network\.vpcId lies in one region, and regions names us-east-1 and us-west-2: leave the one it lies in/,
    ],
    [
      'a certificate of another region',
      'model: Qwen3.5-9B\nregions: [us-west-2]\nnetwork: { certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0f3c" }',
      /network\.certificateArn lies in us-east-1, and regions names us-west-2: plan for us-east-1 only, or name one that lies there/,
    ],
    [
      'a secret and a key of one of two regions',
      'model: Qwen3.5-9B\nregions: [us-east-1, us-west-2]\ndeployment: { apiKey: "arn:aws:secretsmanager:us-east-1:123456789012:secret:k", kmsKeyArn: "arn:aws:kms:us-west-2:123456789012:key/1" }',
      /deployment\.kmsKeyArn lies in us-west-2.*deployment\.apiKey lies in us-east-1/,
    ],
  ])('%s', (_, text, expected) => {
    expect(messageOf(() => resolve(text))).toMatch(expected);
  });

  test('what is named and lies in the one region asked for is no contradiction', () => {
    const arns = 'deployment: { kmsKeyArn: "arn:aws:kms:us-west-2:123456789012:key/1", amiId: ami-01234567 }';
    expect(() => resolve(`model: Qwen3.5-9B\nregions: [us-west-2]\n${arns}`)).not.toThrow();
  });

  test('contradictions are named together', () => {
    const message = messageOf(() =>
      resolve('model: Qwen3.5-9B\ncheckpoint: fp8\nregions: [mars-1]\ncontextTokens: 1000'),
    );
    expect(
      message.split('; ').filter((part) => /unknown region|has no fp8|shorter than/.test(part)),
    ).toHaveLength(3);
  });

  test('a flag is named as the user typed it', () => {
    const rate = { path: ['workload', 'requestsPerSecond'], value: -3, label: '--rate' };
    expect(messageOf(() => read('model: x', [rate]))).toBe('--rate: -3 is too small; it must be above 0');
  });
});

test('a capacity block starts today or later, and a schedule is kept in a time zone there is', () => {
  const on = (text: string, today: string) =>
    resolveRequirements(read(`model: Qwen3.5-9B\n${text}`), EMBEDDED_CATALOGUE, today);
  const block = 'sizing: { blockStart: 2026-12-01 }';
  expect(on(block, '2026-12-01').requirements.sizing!.blockStart).toBe('2026-12-01');
  expect(() => on(block, '2026-12-02')).toThrow(
    'sizing.blockStart (--block-start) 2026-12-01 is past, today is 2026-12-02; give a day to come',
  );
  const night = (zone: string) =>
    `deployment: { schedule: [{ name: night, cron: "0 22 * * *", timeZone: ${zone}, minInstances: 0, maxInstances: 0 }] }`;
  for (const zone of ['Europe/Berlin', 'Etc/UTC', 'America/Argentina/Buenos_Aires'])
    expect(on(night(zone), '2026-12-01').requirements.deployment.schedule[0]!.timeZone).toBe(zone);
  for (const [given, spelt] of [
    ['europe/berlin', 'Europe/Berlin'],
    ['AMERICA/NEW_YORK', 'America/New_York'],
    ['etc/utc', 'Etc/UTC'],
    ['etc/gmt+9', 'Etc/GMT+9'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
  ] as const)
    expect(on(night(given), '2026-12-01').requirements.deployment.schedule[0]!.timeZone).toBe(spelt);
  expect(() => on(night('Europe/Berln'), '2026-12-01')).toThrow(/"Europe\/Berln".*no known time zone/);
});

test('half a user is refused, and names far from every known one are given no guess', () => {
  expect(() => resolve('model: Qwen3.5-9B\nworkload: { concurrentUsers: 2.5 }')).toThrow(
    /2\.5 is not a whole number/,
  );
  expect(resolve('model: Qwen3.5-9B\nregions: [" US-West-2"]').requirements.regions).toEqual(['us-west-2']);
  expect(() => resolve('model: Qwen3.5-9B\nregions: [us-east1]')).toThrow(/did you mean us-east-1\?/);
  expect(() => resolve('model: Qwen3.5-9B\nregions: [mars]')).toThrow(
    /^unknown region "mars"\. Regions with/,
  );
  expect(() => resolve('model: Qwen3.5-35B')).toThrow(/did you mean Qwen3\.5-35B-A3B\?/);
  expect(() => resolve('model: gpt-oss-120b')).toThrow(/^unknown model "gpt-oss-120b"\. Known: Qwen/);
});

test('the word everyone stands for the whole internet', () => {
  const text =
    'model: Qwen3.5-9B\nnetwork: { exposure: public, allowedCidrs: [everyone], certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0f3c" }';
  expect(resolve(text).requirements.network.allowedCidrs).toEqual(['0.0.0.0/0']);
});

test('flags win over the file, also where the file gives a plain mean', () => {
  const p95 = { path: ['workload', 'inputTokens', 'p95'], value: 900, label: '--input-tokens-p95' };
  const input = read('model: Qwen3.5-9B\nworkload: { inputTokens: 300 }', [p95]);
  expect(input.workload?.inputTokens).toEqual({ mean: 300, p95: 900 });
});

test('users given as a flag replace the rate of the file', () => {
  const users = { path: ['workload', 'concurrentUsers'], value: 120, label: '--users' };
  const { requirements } = resolveRequirements(
    read('model: Qwen3.5-9B\nworkload: { requestsPerSecond: 7 }', [users]),
    EMBEDDED_CATALOGUE,
  );
  expect(requirements.workload.requestsPerSecond).toBe(2);
});

test('the JSON Schema for editors describes every key', () => {
  const schema = requirementsJsonSchema() as { properties: Record<string, unknown>; required: string[] };
  expect(schema.required).toEqual(['model']);
  expect(Object.keys(schema.properties)).toContain('workload');
});
