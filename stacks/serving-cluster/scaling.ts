import type { Plan } from '../../src/plan/schema';
import { AutoscalingPolicy, AutoscalingSchedule, CloudwatchMetricAlarm } from '../aws';
import { Construct } from '../cdk';
import { literal } from '../literal';
import type { FrontDoor } from './front-door';
import { DIMENSION, ENGINE, NAMESPACE, REJECTED } from './metrics';
import { targetPerRank } from './replicas';
import { scheduleOf } from './schedule';
import { smallestSize } from './sleep';

/** Minutes of waiting requests before the group grows ahead of target tracking, which wants three. */
const WAITING_MINUTES = 2;

/**
 * Group size by demand: requests in an engine, running and waiting, held at the plan's figure. Each engine (each of its
 * data-parallel ranks) sends one sample, so CloudWatch's average over the group is the figure of one. Target tracking itself shrinks slowly: only
 * after 15 minutes below 90 % of the target (AWS, 'Target tracking scaling policies'), and what goes drains first.
 */
export class Scaling extends Construct {
  constructor(scope: Construct, id: string, plan: Plan, groupName: string, door: FrontDoor) {
    super(scope, id);
    const { maxInstances } = plan.scaling;
    const target = targetPerRank(plan);
    if (smallestSize(plan) < maxInstances) {
      this.follow(groupName, target);
      this.outrun(plan, groupName, target, door);
    }
    for (const entry of scheduleOf(plan)) {
      new AutoscalingSchedule(this, `schedule-${entry.name}`, {
        scheduledActionName: entry.name,
        autoscalingGroupName: groupName,
        recurrence: literal(entry.cron),
        timeZone: literal(entry.timeZone),
        minSize: entry.minInstances,
        maxSize: entry.maxInstances,
        // -1 leaves it as it is; left out, it would be 0.
        desiredCapacity: entry.desiredInstances ?? -1,
      });
    }
  }

  private follow(groupName: string, target: number): void {
    const average = (metricName: string) => ({
      metric: {
        namespace: NAMESPACE,
        metricName,
        dimensions: [{ name: DIMENSION, value: groupName }],
      },
      stat: 'Average',
    });
    new AutoscalingPolicy(this, 'in-flight', {
      name: 'requests-in-flight',
      autoscalingGroupName: groupName,
      policyType: 'TargetTrackingScaling',
      targetTrackingConfiguration: {
        targetValue: target,
        customizedMetricSpecification: {
          metrics: [
            { id: 'running', metricStat: average(ENGINE.running), returnData: false },
            { id: 'waiting', metricStat: average(ENGINE.waiting), returnData: false },
            {
              id: 'inflight',
              expression: 'running + waiting',
              label: 'in flight per replica',
              returnData: true,
            },
          ],
        },
      },
    });
  }

  private outrun(plan: Plan, groupName: string, target: number, door: FrontDoor): void {
    const grow = new AutoscalingPolicy(this, 'waiting', {
      name: 'requests-waiting',
      autoscalingGroupName: groupName,
      policyType: 'StepScaling',
      adjustmentType: 'ChangeInCapacity',
      metricAggregationType: 'Average',
      stepAdjustment: [
        { metricIntervalLowerBound: '0', metricIntervalUpperBound: String(target), scalingAdjustment: 1 },
        // A whole batch waits at every replica: one machine would not be enough.
        { metricIntervalLowerBound: String(target), scalingAdjustment: 2 },
      ],
    });
    const always = {
      period: 60,
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: 1,
      treatMissingData: 'notBreaching',
      alarmActions: [grow.arn],
    };
    new CloudwatchMetricAlarm(this, 'waiting-alarm', {
      alarmName: `${plan.name}-scale-out`,
      alarmDescription: 'Requests wait for an engine: the group grows',
      namespace: NAMESPACE,
      metricName: ENGINE.waiting,
      dimensions: { [DIMENSION]: groupName },
      statistic: 'Average',
      evaluationPeriods: WAITING_MINUTES,
      ...always,
    });
    if (plan.requirements.network.targetControlPort === null) return;
    // With Target Optimizer nothing waits at an engine: what finds no room is refused before it gets there.
    new CloudwatchMetricAlarm(this, 'rejected-alarm', {
      alarmName: `${plan.name}-scale-out-rejected`,
      alarmDescription: 'The load balancer refuses requests because every machine is full: the group grows',
      namespace: REJECTED.namespace,
      metricName: REJECTED.metricName,
      dimensions: { LoadBalancer: door.arnSuffix },
      statistic: 'Sum',
      evaluationPeriods: 1,
      ...always,
    });
  }
}
