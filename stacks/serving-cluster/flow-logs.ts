import type { Plan } from '../../src/plan/schema';
import { DataAwsIamPolicyDocument, FlowLog, IamRole, IamRolePolicy } from '../aws';
import { Construct } from '../cdk';
import type { Account } from './account';
import type { LogGroup } from './logs';

/** Who talked to whom in a new network. An existing one is its owner's to watch. */
export class FlowLogs extends Construct {
  constructor(scope: Construct, id: string, plan: Plan, account: Account, vpcId: string, group: LogGroup) {
    super(scope, id);
    const role = new IamRole(this, 'role', {
      namePrefix: `${plan.name}-flows-`,
      description: `Flow logs of ${plan.name}`,
      assumeRolePolicy: new DataAwsIamPolicyDocument(this, 'trust', {
        statement: [
          {
            actions: ['sts:AssumeRole'],
            principals: [{ type: 'Service', identifiers: ['vpc-flow-logs.amazonaws.com'] }],
            condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] }],
          },
        ],
      }).json,
    });
    const permissions = new IamRolePolicy(this, 'permissions', {
      namePrefix: `${plan.name}-`,
      role: role.id,
      policy: new DataAwsIamPolicyDocument(this, 'policy', {
        statement: [
          {
            sid: 'WriteFlows',
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
            resources: [`${group.arn}:*`],
          },
          // AWS, 'IAM role for publishing flow logs to CloudWatch Logs': this action names no single group.
          { sid: 'FindGroup', actions: ['logs:DescribeLogGroups'], resources: ['*'] },
        ],
      }).json,
    });
    new FlowLog(this, 'vpc', {
      vpcId,
      trafficType: 'ALL',
      iamRoleArn: role.arn,
      logDestination: group.arn,
      // Ten minutes, not one: it is for looking back, and a tenth of the records.
      maxAggregationInterval: 600,
      tags: { Name: plan.name },
      dependsOn: [permissions],
    });
  }
}
