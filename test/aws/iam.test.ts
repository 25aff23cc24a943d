import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needed, recording, stackKinds, unrecorded } from '../../scripts/deploy-calls/needed';
import { deployPolicy, neededActions } from '../../scripts/deploy-calls/policy';
import { byKind, callsIn } from '../../scripts/deploy-calls/provider-log';
import { parsePlan, serializePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { accountHandlers, CERTIFICATE, IMAGE, KEY, SECRET } from './account';
import { cli, localEnvironment, setEnvironment } from './environment';
import { type Handler, type LocalAws, localAws } from './local-aws';
import { json } from './region';

interface Policy {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: string | readonly string[];
    readonly Resource: string | readonly string[];
  }[];
}

const policy = (name: string): Policy => JSON.parse(readFileSync(`docs/iam/${name}.json`, 'utf8')) as Policy;
const actionsOf = ({ Statement }: Policy): string[] =>
  [...new Set(Statement.flatMap(({ Action }) => Action))].sort();

/** AWS answers this call for any valid credentials; no policy can give or take it. */
const FREE = new Set(['sts:GetCallerIdentity']);

/** IAM actions that a server saw, from the signatures and operations of the requests. */
const seen = (server: LocalAws): string[] =>
  [...new Set(server.calls.map(({ action }) => action))]
    .filter((action) => !FREE.has(action) && !action.startsWith('web:'))
    .sort();

async function recorded(
  handlers: Record<string, Handler>,
  run: (folder: string) => Promise<void>,
): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'iam-'));
  const server = await localAws(handlers);
  const restore = setEnvironment({ ...localEnvironment(server.url, folder), HF_ENDPOINT: server.url });
  try {
    await run(folder);
    return seen(server);
  } finally {
    restore();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('catalog-read.json allows what catalog refresh calls, and nothing else', async () => {
  const actions = await recorded(accountHandlers(), async () => {
    expect((await cli('catalog', 'refresh', '--placement-scores')).code).toBe(0);
  });
  expect(actions).toEqual(actionsOf(policy('catalog-read')));
});

test('preflight.json allows what preflight calls over all kinds of plans, and nothing else', async () => {
  const golden = parsePlan(readFileSync('test/golden/plans/tensor-parallel.plan.json', 'utf8'), 'golden');
  const { requirements, choice } = golden;
  const named: Plan = {
    ...golden,
    requirements: {
      ...requirements,
      network: {
        ...requirements.network,
        vpcId: 'vpc-0123456789abcdef0',
        machineSubnetIds: ['subnet-0000000000000001'],
        loadBalancerSubnetIds: ['subnet-0000000000000001', 'subnet-0000000000000002'],
        certificateArn: CERTIFICATE,
        domain: { name: 'llm.example.com', hostedZoneId: 'Z123' },
      },
      deployment: {
        ...requirements.deployment,
        kmsKeyArn: KEY,
        apiKey: SECRET,
        image: IMAGE,
        weights: 's3',
        capacityReservationId: 'cr-0123456789abcdef0',
      },
      stateBackend: { bucket: 'my-state', key: 'x', region: 'us-west-2' },
    },
  };
  const p6: Plan = { ...golden, choice: { ...choice, market: 'spot', instanceType: 'p6-b200.48xlarge' } };
  const handlers = {
    ...accountHandlers(),
    'servicequotas:GetServiceQuota': () => json({ __type: 'NoSuchResourceException' }, 400),
    'servicequotas:GetAWSDefaultServiceQuota': () => json({ Quota: { Value: 0 } }),
    'servicequotas:ListServiceQuotas': () => json({ Quotas: [] }),
  };
  const actions = await recorded(handlers, async (folder) => {
    for (const plan of [golden, named, p6]) {
      const path = join(folder, 'x.plan.json');
      writeFileSync(path, serializePlan(plan));
      await cli('preflight', path);
    }
  });
  expect(actions).toEqual(actionsOf(policy('preflight')));
});

test.each(['catalog-read', 'preflight', 'deploy'])(
  '%s.json is a policy without wildcards in actions',
  (name) => {
    const { Version, Statement } = policy(name);
    expect(Version).toBe('2012-10-17');
    expect(Statement.every(({ Effect }) => Effect === 'Allow')).toBe(true);
    expect(actionsOf(policy(name)).filter((action) => action.includes('*'))).toEqual([]);
    // Without white space: 6,144 in a managed policy, 10,240 inline in a role (IAM quotas).
    expect(JSON.stringify(policy(name)).length).toBeLessThanOrEqual(name === 'deploy' ? 10_240 : 6144);
  },
);

test.each(['catalog-read', 'preflight'])('%s.json only reads', (name) => {
  expect(actionsOf(policy(name)).filter((action) => !/:(Describe|Get|List)/.test(action))).toEqual([]);
});

describe('deploy.json', () => {
  test('allows what the AWS provider was recorded to call for every kind of resource, and nothing else', () => {
    expect(policy('deploy')).toEqual(deployPolicy(needed(), unrecorded()));
  });

  test('an action more or less, or a kind that nobody recorded, is noticed', () => {
    const { calls, provider } = recording();
    const { aws_lb = [], ...others } = calls;
    const kinds = stackKinds();
    const made = 'elasticloadbalancing:CreateLoadBalancer';
    const without = { provider, calls: { ...others, aws_lb: aws_lb.filter((action) => action !== made) } };
    expect(neededActions(kinds, without, unrecorded())).toEqual(needed().filter((action) => action !== made));
    expect(() => neededActions(kinds, { provider, calls: others }, unrecorded())).toThrow(
      /no recording of aws_lb/,
    );
    expect(() => neededActions([...kinds, 'aws_eks_cluster'], recording(), unrecorded())).toThrow(
      /aws_eks_cluster/,
    );
  });

  test.each([
    ['empties the buckets that a destroy takes along', 's3:ListBucketVersions', 's3:DeleteObjectVersion'],
    [
      'moves the group to another target group',
      'autoscaling:AttachLoadBalancerTargetGroups',
      'autoscaling:DetachLoadBalancerTargetGroups',
    ],
    ['routes subnets another way', 'ec2:ReplaceRouteTableAssociation', 'ec2:ReplaceRoute'],
    ['takes another key', 'logs:AssociateKmsKey', 'secretsmanager:UpdateSecret'],
  ])('%s, which no recording on an emulator shows', (_, ...actions) => {
    expect(actionsOf(policy('deploy'))).toEqual(expect.arrayContaining(actions));
  });

  test('every kind of resource was made, and what is not recorded says where it is written', () => {
    const { calls } = recording();
    const kinds = stackKinds();
    expect(kinds.length).toBeGreaterThan(45);
    const changing =
      /:(Create|Put|Request|Run|Allocate|Associate|Attach|Authorize|Subscribe|Set|Register|Change|Modify|Add|Update)/;
    // Waits for another resource, or takes over what is there already.
    const makesNothing = new Set(['aws_acm_certificate_validation', 'aws_default_security_group']);
    const onlyRead = kinds.filter(
      (kind) =>
        !kind.startsWith('data.') &&
        !makesNothing.has(kind) &&
        kind in calls &&
        !calls[kind]!.some((action) => changing.test(action)),
    );
    expect(onlyRead).toEqual([]);
    const { kinds: extra, conditional, conditionalSources } = unrecorded();
    expect(extra.filter(({ source }) => source.length < 20)).toEqual([]);
    // A supplement is for what a recording does not show.
    for (const { kind, actions } of extra)
      expect([kind, actions.filter((action) => calls[kind]?.includes(action))]).toEqual([kind, []]);
    expect(
      conditional.flatMap(({ Action }) => Action).filter((action) => !conditionalSources[action]),
    ).toEqual([]);
  });
});

test('calls are read from a log of the provider', () => {
  const log = [
    '2026-11-24T13:29:52.614Z [DEBUG] provider.terraform-provider-aws: HTTP Request Sent: rpc.service=IAM tf_rpc=ConfigureProvider rpc.method=GetUser',
    '2026-11-24T13:29:53.000Z [DEBUG] provider.terraform-provider-aws: HTTP Response Received: rpc.service=IAM rpc.method=GetUser',
    '2026-11-24T13:29:54.000Z [DEBUG] provider.terraform-provider-aws: HTTP Request Sent: rpc.service="Elastic Load Balancing v2"',
    '  http.request.body=',
    '  | Action=CreateLoadBalancer',
    '   rpc.method=CreateLoadBalancer tf_resource_type=aws_lb',
    '2026-11-24T13:29:55.000Z [DEBUG] provider.terraform-provider-aws: HTTP Request Sent: rpc.method=GetBucketEncryption rpc.service=S3 tf_resource_type=aws_s3_bucket',
    '2026-11-24T13:29:56.000Z [DEBUG] provider.terraform-provider-aws: HTTP Request Sent: rpc.method=DescribeSubnets rpc.service=EC2 tf_data_source_type=aws_subnet',
    '2026-11-24T13:29:57.000Z [DEBUG] provider.terraform-provider-aws: HTTP Request Sent: rpc.method=DescribeSubnets rpc.service=EC2 tf_data_source_type=aws_subnet',
  ].join('\n');
  expect(byKind(callsIn(log))).toEqual({
    'data.aws_subnet': ['ec2:DescribeSubnets'],
    aws_lb: ['elasticloadbalancing:CreateLoadBalancer'],
    aws_s3_bucket: ['s3:GetEncryptionConfiguration'],
    provider: ['iam:GetUser'],
  });
  expect(() => callsIn(log.replace('=IAM', '=Braket'))).toThrow(/Braket/);
});
