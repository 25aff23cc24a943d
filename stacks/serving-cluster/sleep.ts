import type { Plan } from '../../src/plan/schema';
import { AutoscalingPolicy, CloudwatchMetricAlarm } from '../aws';
import { Construct } from '../cdk';
import type { FrontDoor } from './front-door';
import { DIMENSION } from './metrics';

const MINUTE_SECONDS = 60;

/** Whether the group may be empty: callers then get 503, and silence is no alarm. */
export const mayBeEmpty = ({ requirements }: Plan): boolean =>
  requirements.deployment.sleepAfterMinutes !== null ||
  requirements.deployment.schedule.some(({ minInstances }) => minInstances === 0);

/** The group's smallest size: a fleet that may sleep has no floor, a scaling policy cannot go below one. */
export const smallestSize = ({ requirements, scaling }: Plan): number =>
  requirements.deployment.sleepAfterMinutes === null ? scaling.minInstances : 0;

/**
 * Scale to zero by demand, without a program that watches. The load balancer counts requests that it could hand to a machine
 * (`RequestCount`) and, while none is registered, answers 503 and counts that: the first falling silent empties the group,
 * the second starts the plan's smallest fleet (AWS, 'CloudWatch metrics for your Application Load Balancer').
 */
export class Sleep extends Construct {
  constructor(scope: Construct, id: string, plan: Plan, groupName: string, door: FrontDoor) {
    super(scope, id);
    const minutes = plan.requirements.deployment.sleepAfterMinutes;
    if (minutes === null) return;
    const metric = (metricId: string, namespace: string, metricName: string, stat: string) => ({
      id: metricId,
      metric: {
        namespace,
        metricName,
        dimensions:
          namespace === 'AWS/AutoScaling' ? { [DIMENSION]: groupName } : { LoadBalancer: door.arnSuffix },
        stat,
        period: MINUTE_SECONDS,
      },
      returnData: false,
    });
    this.rule('idle', plan, groupName, {
      size: 0,
      says: `No request for ${minutes} minutes: the fleet goes to sleep`,
      minutes,
      label: 'in service without requests',
      // A minute counts only while machines are in service, so a fleet that was just woken is not put back to sleep.
      expression: 'IF(FILL(serving, 0) > 0 AND FILL(requests, 0) < 1, 1, 0)',
      metrics: [
        metric('serving', 'AWS/AutoScaling', 'GroupInServiceInstances', 'Average'),
        metric('requests', 'AWS/ApplicationELB', 'RequestCount', 'Sum'),
      ],
    });
    this.rule('wake', plan, groupName, {
      size: plan.scaling.minInstances,
      says: 'A request found no machine: the fleet wakes',
      minutes: 1,
      label: 'refused while asleep',
      expression: 'IF(FILL(desired, 0) < 1, refused, 0)',
      metrics: [
        metric('desired', 'AWS/AutoScaling', 'GroupDesiredCapacity', 'Average'),
        metric('refused', 'AWS/ApplicationELB', 'HTTPCode_ELB_503_Count', 'Sum'),
      ],
    });
  }

  private rule(
    id: string,
    plan: Plan,
    groupName: string,
    rule: {
      readonly size: number;
      readonly says: string;
      readonly minutes: number;
      readonly label: string;
      readonly expression: string;
      readonly metrics: object[];
    },
  ): void {
    const policy = new AutoscalingPolicy(this, id, {
      name: `sleep-${id}`,
      autoscalingGroupName: groupName,
      policyType: 'StepScaling',
      adjustmentType: 'ExactCapacity',
      metricAggregationType: 'Maximum',
      stepAdjustment: [{ metricIntervalLowerBound: '0', scalingAdjustment: rule.size }],
    });
    new CloudwatchMetricAlarm(this, `${id}-alarm`, {
      alarmName: `${plan.name}-sleep-${id}`,
      alarmDescription: rule.says,
      metricQuery: [
        ...(rule.metrics as { id: string }[]),
        { id: 'rule', expression: rule.expression, label: rule.label, returnData: true },
      ],
      evaluationPeriods: rule.minutes,
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: 1,
      treatMissingData: 'notBreaching',
      alarmActions: [policy.arn],
    });
  }
}
