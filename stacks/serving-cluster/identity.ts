import type { Plan } from '../../src/plan/schema';
import { type DataAwsIamPolicyDocumentStatement, IamInstanceProfile } from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literal } from '../literal';
import type { Account } from './account';
import { agentImage, engineImage, proxyImage } from './images';
import { NAMESPACE } from './metrics';
import { groupName } from './names';
import { serviceRole } from './service-role';
import { listStaged, stagedObjects } from './staged';

/**
 * Session Manager's own minimum. These actions name no resource (AWS, 'Add Session Manager permissions to an existing
 * IAM role'); the managed AmazonSSMManagedInstanceCore would add reading every parameter of the account.
 */
const SESSION_MANAGER_ACTIONS = [
  'ssm:UpdateInstanceInformation',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
];

/** What a machine reads, writes and reports to. */
export interface Surroundings {
  readonly logGroupArns: readonly string[];
  readonly targetGroupArn: string;
  readonly keyArn: string;
  readonly secretArns: readonly string[];
  readonly weightsBucketArn: string | undefined;
  readonly revisionParameterArn: string | undefined;
}

/** Repository ARNs of images in ECR: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`. */
function repositoryArns(images: readonly string[], account: Account): string[] {
  return images.flatMap((image) => {
    const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([a-z0-9._/-]+)/.exec(image);
    if (match === null) return [];
    const [, owner, region, repository] = match;
    return [`arn:${account.partition}:ecr:${region}:${owner}:repository/${repository}`];
  });
}

function statements(plan: Plan, account: Account, around: Surroundings): DataAwsIamPolicyDocumentStatement[] {
  const repositories = repositoryArns([engineImage(plan), proxyImage(plan), agentImage(plan)], account);
  const secretsKey = plan.requirements.deployment.secretsKmsKeyArn;
  const decrypts = around.secretArns.length > 0 || around.weightsBucketArn !== undefined;
  const list: (DataAwsIamPolicyDocumentStatement | false)[] = [
    { sid: 'SessionManager', actions: SESSION_MANAGER_ACTIONS, resources: ['*'] },
    {
      sid: 'WriteOwnLogs',
      actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      resources: around.logGroupArns.map((arn) => `${arn}:*`),
    },
    {
      // The action names no resource; the namespace bounds it.
      sid: 'SendMetrics',
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      condition: [{ test: 'StringEquals', variable: 'cloudwatch:namespace', values: [NAMESPACE] }],
    },
    {
      sid: 'SayHowItIs',
      actions: ['autoscaling:CompleteLifecycleAction', 'autoscaling:SetInstanceHealth'],
      resources: [account.arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${groupName(plan)}`)],
    },
    {
      sid: 'LeaveTheLoadBalancer',
      actions: ['elasticloadbalancing:DeregisterTargets', 'elasticloadbalancing:RegisterTargets'],
      resources: [around.targetGroupArn],
    },
    around.secretArns.length > 0 && {
      sid: 'ReadSecrets',
      actions: ['secretsmanager:GetSecretValue'],
      resources: [...around.secretArns],
    },
    around.revisionParameterArn !== undefined && {
      sid: 'AgreeOnRevision',
      actions: ['ssm:GetParameterHistory', 'ssm:PutParameter'],
      resources: [around.revisionParameterArn],
    },
    around.weightsBucketArn !== undefined && {
      sid: 'ReadWeights',
      actions: ['s3:GetObject'],
      resources: stagedObjects(plan, around.weightsBucketArn),
    },
    around.weightsBucketArn !== undefined && listStaged(plan, around.weightsBucketArn),
    decrypts && {
      sid: 'DecryptThem',
      actions: ['kms:Decrypt'],
      resources: [around.keyArn],
      condition: [
        {
          test: 'StringEquals',
          variable: 'kms:ViaService',
          values: ['s3', 'secretsmanager'].map((service) => `${service}.${account.region}.amazonaws.com`),
        },
      ],
    },
    secretsKey !== null && {
      sid: 'DecryptNamedSecrets',
      actions: ['kms:Decrypt'],
      resources: [literal(secretsKey)],
      condition: [
        {
          test: 'StringEquals',
          variable: 'kms:ViaService',
          values: [`secretsmanager.${account.region}.amazonaws.com`],
        },
      ],
    },
    repositories.length > 0 && {
      sid: 'PullImages',
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: repositories,
    },
    // This action names no resource either.
    repositories.length > 0 && {
      sid: 'LogInToRegistry',
      actions: ['ecr:GetAuthorizationToken'],
      resources: ['*'],
    },
  ];
  return list.filter((statement) => statement !== false);
}

/** What a machine may do: exact actions on exact resources. */
export class Identity extends Construct {
  readonly instanceProfileArn: string;
  /** Attached before a machine boots. */
  readonly permissions: ITerraformDependable;

  constructor(scope: Construct, id: string, plan: Plan, account: Account, around: Surroundings) {
    super(scope, id);
    const { role, permissions } = serviceRole(this, plan, {
      suffix: '',
      description: `Machines of ${plan.name}`,
      service: 'ec2',
      statements: statements(plan, account, around),
    });
    this.permissions = permissions;
    this.instanceProfileArn = new IamInstanceProfile(this, 'profile', {
      namePrefix: `${plan.name}-`,
      role: role.name,
    }).arn;
  }
}
