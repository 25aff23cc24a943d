import type { Plan } from '../../src/plan/schema';
import {
  CloudwatchEventRule,
  CloudwatchEventTarget,
  DataAwsIamPolicyDocument,
  SnsTopic,
  SnsTopicPolicy,
  SnsTopicSubscription,
} from '../aws';
import { Construct } from '../cdk';
import { literal } from '../literal';
import type { Account } from './account';
import { groupName } from './names';

/** Where alarms, failed launches and budget warnings go. */
export class Alerts extends Construct {
  readonly topicArn: string;

  constructor(scope: Construct, id: string, plan: Plan, account: Account, keyArn: string) {
    super(scope, id);
    const topic = new SnsTopic(this, 'topic', { name: `${plan.name}-alerts`, kmsMasterKeyId: keyArn });
    this.topicArn = topic.arn;
    const publishers = ['cloudwatch.amazonaws.com', 'events.amazonaws.com', 'budgets.amazonaws.com'];
    new SnsTopicPolicy(this, 'access', {
      arn: topic.arn,
      policy: new DataAwsIamPolicyDocument(this, 'policy', {
        statement: [
          {
            sid: 'PublishFromThisAccount',
            actions: ['sns:Publish'],
            resources: [topic.arn],
            principals: [{ type: 'Service', identifiers: publishers }],
            condition: [{ test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] }],
          },
        ],
      }).json,
    });
    const { alertEmail } = plan.requirements.deployment;
    if (alertEmail !== null) {
      new SnsTopicSubscription(this, 'email', {
        topicArn: topic.arn,
        protocol: 'email',
        endpoint: literal(alertEmail),
      });
    }
    // No capacity, no quota, or a machine that gave up: only the group knows of the first two.
    const rule = new CloudwatchEventRule(this, 'failed-launch', {
      name: `${plan.name}-failed-launch`,
      description: `A machine of ${plan.name} could not be started`,
      eventPattern: literal(
        JSON.stringify({
          source: ['aws.autoscaling'],
          'detail-type': ['EC2 Instance Launch Unsuccessful'],
          detail: { AutoScalingGroupName: [groupName(plan)] },
        }),
      ),
    });
    new CloudwatchEventTarget(this, 'failed-launch-alert', { rule: rule.name, arn: topic.arn });
  }
}
