import type { Plan } from '../../src/plan/schema';
import {
  CloudwatchEventRule,
  CloudwatchEventTarget,
  DataAwsIamPolicyDocument,
  SnsTopic,
  SnsTopicPolicy,
  SnsTopicSubscription,
} from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literal } from '../literal';
import type { Account } from './account';
import { groupName } from './names';
import { publisherStatements } from './publishers';

/** Where alarms, failed launches and budget warnings go. */
export class Alerts extends Construct {
  readonly topicArn: string;
  /** Before this nobody may publish: AWS tries the topic when a budget is made. */
  readonly ready: ITerraformDependable;

  constructor(scope: Construct, id: string, plan: Plan, account: Account, keyArn: string) {
    super(scope, id);
    const topic = new SnsTopic(this, 'topic', { name: `${plan.name}-alerts`, kmsMasterKeyId: keyArn });
    this.topicArn = topic.arn;
    this.ready = new SnsTopicPolicy(this, 'access', {
      arn: topic.arn,
      policy: new DataAwsIamPolicyDocument(this, 'policy', {
        statement: publisherStatements(account, 'topic', topic.arn),
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
    // No capacity, no quota, or a machine that gave up: only the group knows of the first two. And a replacement of machines
    // that failed, so that old ones serve on.
    const rule = new CloudwatchEventRule(this, 'failed-launch', {
      name: `${plan.name}-failed-launch`,
      description: `A machine of ${plan.name} could not be started or replaced`,
      eventPattern: literal(
        JSON.stringify({
          source: ['aws.autoscaling'],
          'detail-type': ['EC2 Instance Launch Unsuccessful', 'EC2 Auto Scaling Instance Refresh Failed'],
          detail: { AutoScalingGroupName: [groupName(plan)] },
        }),
      ),
    });
    new CloudwatchEventTarget(this, 'failed-launch-alert', { rule: rule.name, arn: topic.arn });
  }
}
