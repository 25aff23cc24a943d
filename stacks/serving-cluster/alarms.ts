import type { Plan } from '../../src/plan/schema';
import { CloudwatchMetricAlarm, type CloudwatchMetricAlarmConfig } from '../aws';
import { Construct } from '../cdk';
import { BurnAlarms } from './burn-alarms';
import type { FrontDoor } from './front-door';
import { DIMENSION, ENGINE, EVENT, NAMESPACE } from './metrics';
import { rankName, targetPerRank } from './replicas';
import { mayBeEmpty } from './sleep';

type Alarm = Partial<CloudwatchMetricAlarmConfig> & { readonly alarmDescription: string };

interface Watched {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Record<string, string>;
  readonly stat: string;
  readonly period: number;
}

/**
 * What an alarm of a fleet that may sleep looks at: nothing while its group is empty, because then it answers 503 and is
 * silent as it should be.
 * @param expression of `watched`, while machines are in service
 */
const whileServing = (groupName: string, watched: Watched, expression: string) => [
  { id: 'watched', metric: watched, returnData: false },
  {
    id: 'serving',
    metric: {
      namespace: 'AWS/AutoScaling',
      metricName: 'GroupInServiceInstances',
      dimensions: { [DIMENSION]: groupName },
      stat: 'Minimum',
      period: watched.period,
    },
    returnData: false,
  },
  {
    id: 'awake',
    expression: `IF(FILL(serving, 0) > 0, ${expression}, 0)`,
    label: 'while awake',
    returnData: true,
  },
];

/** Whom to wake, and when. Each alarm also says when it is over. */
export class Alarms extends Construct {
  private readonly plan: Plan;
  private readonly topicArn: string;

  constructor(
    scope: Construct,
    id: string,
    plan: Plan,
    groupName: string,
    door: FrontDoor,
    topicArn: string,
  ) {
    super(scope, id);
    this.plan = plan;
    this.topicArn = topicArn;
    const ours = { namespace: NAMESPACE, dimensions: { [DIMENSION]: groupName } };
    new BurnAlarms(this, 'burn', plan, groupName, topicArn);
    const target = targetPerRank(plan);
    this.alarm('waiting', {
      ...ours,
      alarmDescription: `Half a planned batch waits at every ${rankName(plan)} (target ${target} in flight): too few machines, or none come`,
      metricName: ENGINE.waiting,
      statistic: 'Average',
      evaluationPeriods: 10,
      threshold: Math.max(1, target / 2),
    });
    this.alarm('kv-cache', {
      ...ours,
      alarmDescription: 'KV cache full for 15 minutes: requests are preempted and computed twice',
      metricName: ENGINE.kvUse,
      statistic: 'Average',
      evaluationPeriods: 15,
      threshold: 0.97,
    });
    this.telemetry(groupName, { ...ours, metricName: ENGINE.running, stat: 'SampleCount', period: 60 });
    const events = {
      'boot-failed': [EVENT.bootFailed, 'A new machine did not serve in time and was given up: see its log'],
      'engine-restarted': [
        EVENT.engineRestarted,
        'An engine that served has ended or hung: its machine starts it again, its running requests are lost',
      ],
      'engine-gave-up': [EVENT.engineGaveUp, 'An engine failed too often; its machine is being replaced'],
      ...(plan.choice.market === 'spot'
        ? { 'spot-interruption': [EVENT.spotInterruption, 'AWS takes a spot machine back'] as const }
        : {}),
    };
    for (const [event, [metricName, alarmDescription]] of Object.entries(events)) {
      this.alarm(event, {
        ...ours,
        alarmDescription: alarmDescription!,
        metricName: metricName!,
        statistic: 'Sum',
        threshold: 1,
      });
    }
    this.balancer(door, groupName);
  }

  private telemetry(groupName: string, { stat, period, ...metric }: Watched): void {
    this.alarm('no-telemetry', {
      alarmDescription: 'No engine has reported for 10 minutes: none serves, or nobody knows',
      evaluationPeriods: 10,
      threshold: 1,
      ...(mayBeEmpty(this.plan)
        ? {
            metricQuery: whileServing(
              groupName,
              { ...metric, stat, period },
              'IF(FILL(watched, 0) < 1, 1, 0)',
            ),
          }
        : {
            ...metric,
            statistic: stat,
            period,
            comparisonOperator: 'LessThanThreshold',
            treatMissingData: 'breaching',
          }),
    });
  }

  private balancer(door: FrontDoor, groupName: string): void {
    const ofDoor = { LoadBalancer: door.arnSuffix };
    this.alarm('unhealthy-targets', {
      alarmDescription: 'A machine in service fails its health check for 10 minutes',
      namespace: 'AWS/ApplicationELB',
      metricName: 'UnHealthyHostCount',
      dimensions: { ...ofDoor, TargetGroup: door.targetGroupArnSuffix },
      statistic: 'Maximum',
      evaluationPeriods: 10,
      threshold: 1,
    });
    const errors = {
      namespace: 'AWS/ApplicationELB',
      metricName: 'HTTPCode_ELB_5XX_Count',
      dimensions: ofDoor,
    };
    const sum = { stat: 'Sum', period: 300 };
    this.alarm('errors', {
      alarmDescription: 'The load balancer itself answers with 5xx: no healthy machine, or time-outs',
      threshold: 5,
      ...(mayBeEmpty(this.plan)
        ? { metricQuery: whileServing(groupName, { ...errors, ...sum }, 'watched') }
        : { ...errors, statistic: sum.stat, period: sum.period }),
    });
  }

  private alarm(id: string, settings: Alarm): void {
    new CloudwatchMetricAlarm(this, id, {
      alarmName: `${this.plan.name}-${id}`,
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      evaluationPeriods: 1,
      ...(settings.metricQuery === undefined ? { period: 60 } : {}),
      treatMissingData: 'notBreaching',
      alarmActions: [this.topicArn],
      okActions: [this.topicArn],
      ...settings,
    });
  }
}
