import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
      deployment: { ...requirements.deployment, kmsKeyArn: KEY, apiKey: SECRET, image: IMAGE, weights: 's3' },
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

/** The action that makes each kind of resource of a stack (Service Authorization Reference); the AWS provider needs it. */
const MAKES: Readonly<Record<string, string>> = {
  AcmCertificate: 'acm:RequestCertificate',
  AutoscalingGroup: 'autoscaling:CreateAutoScalingGroup',
  AutoscalingLifecycleHook: 'autoscaling:PutLifecycleHook',
  AutoscalingPolicy: 'autoscaling:PutScalingPolicy',
  AutoscalingSchedule: 'autoscaling:PutScheduledUpdateGroupAction',
  BudgetsBudget: 'budgets:ModifyBudget',
  CeAnomalySubscription: 'ce:CreateAnomalySubscription',
  CloudwatchDashboard: 'cloudwatch:PutDashboard',
  CloudwatchEventRule: 'events:PutRule',
  CloudwatchEventTarget: 'events:PutTargets',
  CloudwatchLogGroup: 'logs:CreateLogGroup',
  CloudwatchMetricAlarm: 'cloudwatch:PutMetricAlarm',
  CodebuildProject: 'codebuild:CreateProject',
  Eip: 'ec2:AllocateAddress',
  FlowLog: 'ec2:CreateFlowLogs',
  IamInstanceProfile: 'iam:CreateInstanceProfile',
  IamRole: 'iam:CreateRole',
  IamRolePolicy: 'iam:PutRolePolicy',
  InternetGateway: 'ec2:CreateInternetGateway',
  KmsAlias: 'kms:CreateAlias',
  KmsKey: 'kms:CreateKey',
  LaunchTemplate: 'ec2:CreateLaunchTemplate',
  Lb: 'elasticloadbalancing:CreateLoadBalancer',
  LbListener: 'elasticloadbalancing:CreateListener',
  LbListenerRule: 'elasticloadbalancing:CreateRule',
  LbTargetGroup: 'elasticloadbalancing:CreateTargetGroup',
  NatGateway: 'ec2:CreateNatGateway',
  Route: 'ec2:CreateRoute',
  Route53Record: 'route53:ChangeResourceRecordSets',
  RouteTable: 'ec2:CreateRouteTable',
  RouteTableAssociation: 'ec2:AssociateRouteTable',
  S3Bucket: 's3:CreateBucket',
  S3BucketLifecycleConfiguration: 's3:PutLifecycleConfiguration',
  S3BucketPolicy: 's3:PutBucketPolicy',
  S3BucketPublicAccessBlock: 's3:PutBucketPublicAccessBlock',
  S3BucketServerSideEncryptionConfigurationA: 's3:PutEncryptionConfiguration',
  S3BucketVersioningA: 's3:PutBucketVersioning',
  SecretsmanagerSecret: 'secretsmanager:CreateSecret',
  SecretsmanagerSecretVersion: 'secretsmanager:PutSecretValue',
  SecurityGroup: 'ec2:CreateSecurityGroup',
  SnsTopic: 'sns:CreateTopic',
  SnsTopicPolicy: 'sns:SetTopicAttributes',
  SnsTopicSubscription: 'sns:Subscribe',
  Subnet: 'ec2:CreateSubnet',
  Vpc: 'ec2:CreateVpc',
  VpcEndpoint: 'ec2:CreateVpcEndpoint',
  VpcSecurityGroupEgressRule: 'ec2:AuthorizeSecurityGroupEgress',
  VpcSecurityGroupIngressRule: 'ec2:AuthorizeSecurityGroupIngress',
  Wafv2WebAclAssociation: 'wafv2:AssociateWebACL',
};
/** Made of other resources' actions, or of nothing: waits, adopts, reads. */
const MAKE_NOTHING = /^(Data|AwsProvider|AcmCertificateValidation|DefaultSecurityGroup)/;

test('deploy.json can make every kind of resource that stacks use', () => {
  const doors = readFileSync('stacks/aws.ts', 'utf8');
  const kinds = [...doors.matchAll(/export \{ (\w+)/g)].map(([, kind = '']) => kind);
  expect(kinds.length).toBeGreaterThan(20);
  const allowed = new Set(actionsOf(policy('deploy')));
  const without = kinds.filter((kind) => !MAKE_NOTHING.test(kind) && !allowed.has(MAKES[kind] ?? ''));
  expect(without).toEqual([]);
});
