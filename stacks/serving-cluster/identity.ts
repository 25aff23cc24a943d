import type { Plan } from '../../src/plan/schema';
import {
  DataAwsCallerIdentity,
  DataAwsIamPolicyDocument,
  DataAwsPartition,
  IamInstanceProfile,
  IamRole,
  IamRolePolicy,
} from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literal } from '../literal';
import { groupName } from './names';

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

/** What a machine may do: be reached through Session Manager, write its own log group, say that it has drained. */
export class Identity extends Construct {
  readonly instanceProfileArn: string;
  /** Attached before a machine boots. */
  readonly permissions: ITerraformDependable;

  constructor(scope: Construct, id: string, plan: Plan, logGroupArn: string) {
    super(scope, id);
    const partition = new DataAwsPartition(this, 'partition').partition;
    const account = new DataAwsCallerIdentity(this, 'account').accountId;
    const role = new IamRole(this, 'role', {
      namePrefix: `${plan.name}-`,
      description: `Machines of ${plan.name}`,
      assumeRolePolicy: new DataAwsIamPolicyDocument(this, 'trust', {
        statement: [
          {
            actions: ['sts:AssumeRole'],
            principals: [{ type: 'Service', identifiers: ['ec2.amazonaws.com'] }],
          },
        ],
      }).json,
    });
    const region = literal(plan.choice.region);
    const policy = new DataAwsIamPolicyDocument(this, 'policy', {
      statement: [
        { sid: 'SessionManager', actions: SESSION_MANAGER_ACTIONS, resources: ['*'] },
        {
          sid: 'WriteOwnLogs',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [`${logGroupArn}:*`],
        },
        {
          sid: 'SayDrained',
          actions: ['autoscaling:CompleteLifecycleAction'],
          resources: [
            `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${groupName(plan)}`,
          ],
        },
      ],
    });
    this.permissions = new IamRolePolicy(this, 'permissions', {
      namePrefix: `${plan.name}-`,
      role: role.id,
      policy: policy.json,
    });
    this.instanceProfileArn = new IamInstanceProfile(this, 'profile', {
      namePrefix: `${plan.name}-`,
      role: role.name,
    }).arn;
  }
}
