import type { Plan } from '../../src/plan/schema';
import { CloudwatchCompositeAlarm, CloudwatchMetricAlarm } from '../aws';
import { Construct } from '../cdk';
import { DIMENSION, LATENCY, NAMESPACE } from './metrics';

/** The plan's SLO is a 95th percentile: five requests of a hundred may be slower. */
const ERROR_BUDGET = 0.05;

/**
 * Google SRE workbook, 'Alerting on SLOs', table 5-8: 14.4 burns 2% of a month's budget in an hour, 6 burns 5% in six. The
 * long window says that it matters, the short one, a twelfth of it, that it still goes on: a few slow requests of a quiet
 * five minutes wake nobody, and the alarm ends soon after its cause.
 */
const BURNS = [
  { id: 'fast', rate: 14.4, windows: { '5m': 300, '1h': 3600 } },
  { id: 'slow', rate: 6, windows: { '30m': 1800, '6h': 21_600 } },
] as const;

/**
 * Of fewer requests a single slow one is more than the budget: a fleet at night would alarm at its only caller. Asked of the
 * long window; the short one then only says whether it still goes on.
 */
const FEWEST_REQUESTS = 1 / ERROR_BUDGET;

interface Window {
  readonly says: string;
  readonly period: number;
  /** Requests below which the share says nothing. */
  readonly fewest: number;
  readonly threshold: number;
}

/** Tells when TTFT or TPOT eat up the SLO's error budget: of two windows, both. */
export class BurnAlarms extends Construct {
  private readonly plan: Plan;
  private readonly groupName: string;

  constructor(scope: Construct, id: string, plan: Plan, groupName: string, topicArn: string) {
    super(scope, id);
    this.plan = plan;
    this.groupName = groupName;
    const { slo } = plan.requirements;
    const limits = { ttft: slo.ttftP95Seconds, tpot: slo.tpotP95Seconds };
    for (const measure of ['ttft', 'tpot'] as const) {
      for (const { id: speed, rate, windows } of BURNS) {
        const percent = Math.round(100 * rate * ERROR_BUDGET);
        const above = `${measure.toUpperCase()} above ${limits[measure]} s for more than ${percent}% of requests`;
        const names = Object.entries(windows).map(([window, period]) =>
          this.window(measure, `${measure}-${speed}-${window}`, {
            says: `${above} in ${window}`,
            period,
            fewest: period === Math.max(...Object.values(windows)) ? FEWEST_REQUESTS : 1,
            threshold: percent / 100,
          }),
        );
        new CloudwatchCompositeAlarm(this, `${measure}-${speed}`, {
          alarmName: `${plan.name}-${measure}-burn-${speed}`,
          alarmDescription: `${above}, in both of ${Object.keys(windows).join(' and ')}`,
          // Names without quotes, as terraform-provider-aws's own tests write them: CDKTF's HCL leaves quotes around references bare.
          alarmRule: names.map((name) => `ALARM(${name})`).join(' AND '),
          alarmActions: [topicArn],
          okActions: [topicArn],
        });
      }
    }
  }

  /** One window's alarm, which tells nobody by itself; its name. */
  private window(
    measure: keyof typeof LATENCY,
    id: string,
    { says, period, fewest, threshold }: Window,
  ): string {
    const sum = (queryId: string, metricName: string) => ({
      id: queryId,
      metric: {
        namespace: NAMESPACE,
        metricName,
        dimensions: { [DIMENSION]: this.groupName },
        stat: 'Sum',
        period,
      },
      returnData: false,
    });
    return new CloudwatchMetricAlarm(this, id, {
      alarmName: `${this.plan.name}-${id}`,
      alarmDescription: says,
      metricQuery: [
        sum('over', LATENCY[measure].overSlo),
        sum('requests', LATENCY[measure].requests),
        {
          id: 'share',
          expression: `IF(requests >= ${fewest}, over / requests, 0)`,
          label: `${measure} over SLO`,
          returnData: true,
        },
      ],
      evaluationPeriods: 1,
      threshold,
      comparisonOperator: 'GreaterThanThreshold',
      treatMissingData: 'notBreaching',
    }).alarmName;
  }
}
