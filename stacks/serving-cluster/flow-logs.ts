import type { Plan } from '../../src/plan/schema';
import { FlowLog } from '../aws';
import { Construct } from '../cdk';
import type { Account } from './account';
import type { LogGroup } from './logs';
import { serviceRole } from './service-role';

/** Who talked to whom in a new network. An existing one is its owner's to watch. */
export class FlowLogs extends Construct {
  constructor(scope: Construct, id: string, plan: Plan, account: Account, vpcId: string, group: LogGroup) {
    super(scope, id);
    const { role, permissions } = serviceRole(this, plan, {
      suffix: 'flows-',
      description: `Flow logs of ${plan.name}`,
      service: 'vpc-flow-logs',
      account,
      statements: [
        {
          sid: 'WriteFlows',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
          resources: [`${group.arn}:*`],
        },
        // AWS, 'IAM role for publishing flow logs to CloudWatch Logs': this action names no single group.
        { sid: 'FindGroup', actions: ['logs:DescribeLogGroups'], resources: ['*'] },
      ],
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
