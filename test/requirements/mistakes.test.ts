import { UserError } from '../../src/errors';
import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { type Override, readRequirements } from '../../src/requirements/document';
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

  test('a context as long as a p95 request is enough, a token less is not', () => {
    const lengths = 'inputTokens: { mean: 800, p95: 1500 }, outputTokens: { mean: 200, p95: 700 }';
    const withContext = (tokens: number) =>
      resolve(`model: Qwen3.5-9B\ncontextTokens: ${tokens}\nworkload: { ${lengths} }`);
    expect(withContext(2200).requirements.contextTokens).toBe(2200);
    expect(messageOf(() => withContext(2199))).toContain('shorter than a p95 request (1500 in + 700 out)');
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
