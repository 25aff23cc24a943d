import type { Plan } from '../../src/plan/schema';
import { NEW_MONITOR } from '../../src/requirements/deployment-input';
import { BudgetsBudget, CeAnomalyMonitor, CeAnomalySubscription } from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literal } from '../literal';
import { PLAN_TAG } from './names';

/** When to say so, as share of the plan's monthly cost. */
const WARNINGS = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 110 },
];

/** Guards against costs above the plan's: a budget, and a subscription to an anomaly monitor, new or existing. */
export class CostGuards extends Construct {
  constructor(scope: Construct, id: string, plan: Plan, topicArn: string, topicReady: ITerraformDependable) {
    super(scope, id);
    const { budget, anomalyMonitorArn } = plan.requirements.deployment;
    const monthly = plan.cost.usdPerMonth;
    if (budget !== 'none') {
      new BudgetsBudget(this, 'monthly', {
        name: `${plan.name}-monthly`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        limitAmount: monthly.toFixed(2),
        limitUnit: 'USD',
        // `user:<key>$<value>` is how AWS Budgets names a tag. It counts nothing until the tag is active for cost
        // allocation, which only the payer account can do (docs/deploy.md).
        ...(budget === 'tag'
          ? { costFilter: [{ name: 'TagKeyValue', values: [`user:${PLAN_TAG}$${plan.name}`] }] }
          : {}),
        notification: WARNINGS.map((warning) => ({
          ...warning,
          comparisonOperator: 'GREATER_THAN',
          thresholdType: 'PERCENTAGE',
          subscriberSnsTopicArns: [topicArn],
        })),
        dependsOn: [topicReady],
      });
    }
    if (anomalyMonitorArn !== null) {
      new CeAnomalySubscription(this, 'anomalies', {
        name: `${plan.name}-anomalies`,
        frequency: 'IMMEDIATE',
        monitorArnList: [anomalyMonitorArn === NEW_MONITOR ? this.monitor(plan) : literal(anomalyMonitorArn)],
        subscriber: [{ type: 'SNS', address: topicArn }],
        thresholdExpression: {
          dimension: {
            key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
            // A day of the plan.
            values: [(monthly / 30).toFixed(0)],
            matchOptions: ['GREATER_THAN_OR_EQUAL'],
          },
        },
        dependsOn: [topicReady],
      });
    }
  }

  /** A monitor of what carries the plan's tag; like the budget it sees nothing until that tag is active for cost allocation. */
  private monitor(plan: Plan): string {
    return new CeAnomalyMonitor(this, 'anomaly-monitor', {
      name: `${plan.name}-anomalies`,
      monitorType: 'CUSTOM',
      // Every field, as AWS gives it back, so that the next plan finds no difference.
      monitorSpecification: JSON.stringify({
        And: null,
        CostCategories: null,
        Dimensions: null,
        Not: null,
        Or: null,
        Tags: { Key: PLAN_TAG, MatchOptions: null, Values: [plan.name] },
      }),
    }).arn;
  }
}
