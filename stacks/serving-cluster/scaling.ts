import type { Plan } from '../../src/plan/schema';
import { AutoscalingPolicy, AutoscalingSchedule, CloudwatchMetricAlarm } from '../aws';
import { Construct } from '../cdk';
import { literal } from '../literal';
import { DIMENSION, ENGINE, NAMESPACE } from './metrics';

/** Minutes of waiting requests before the group grows ahead of target tracking, which wants three. */
const WAITING_MINUTES = 2;

/**
 * Group size by demand: requests in an engine, running and waiting, held at the plan's figure. Each engine sends one
 * sample, so CloudWatch's average over the group is the figure per replica. Target tracking itself shrinks slowly: only
 * after 15 minutes below 90 % of the target (AWS, 'Target tracking scaling policies'), and what goes drains first.
 */
export class Scaling extends Construct {
  constructor(scope: Construct, id: string, plan: Plan, groupName: string) {
    super(scope, id);
    const { minInstances, maxInstances, targetConcurrencyPerReplica: target } = plan.scaling;
    if (minInstances < maxInstances) {
      this.follow(groupName, target);
      this.outrun(plan, groupName, target);
    }
    for (const entry of plan.requirements.deployment.schedule) {
      new AutoscalingSchedule(this, `schedule-${entry.name}`, {
        scheduledActionName: entry.name,
        autoscalingGroupName: groupName,
        recurrence: literal(entry.cron),
        timeZone: literal(entry.timeZone),
        minSize: entry.minInstances,
        maxSize: entry.maxInstances,
        desiredCapacity: entry.minInstances,
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

  private outrun(plan: Plan, groupName: string, target: number): void {
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
    new CloudwatchMetricAlarm(this, 'waiting-alarm', {
      alarmName: `${plan.name}-scale-out`,
      alarmDescription: 'Requests wait for an engine: the group grows',
      namespace: NAMESPACE,
      metricName: ENGINE.waiting,
      dimensions: { [DIMENSION]: groupName },
      statistic: 'Average',
      period: 60,
      evaluationPeriods: WAITING_MINUTES,
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: 1,
      treatMissingData: 'notBreaching',
      alarmActions: [grow.arn],
    });
  }
}
