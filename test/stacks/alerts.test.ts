import type { Block, Template } from './template';
import { templateOf } from './template';

type Statement = Block & { sid: string; actions: string[]; principals: { identifiers: string[] }[] };

const statements = (template: Template, id: string): Statement[] =>
  (template.section('data').aws_iam_policy_document as Record<string, { statement: Statement[] }>)[
    `serving_${id}`
  ]!.statement;

describe('the alert topic', () => {
  const template = templateOf();

  it.each([
    ['alerts_policy', ['sns:Publish'], ['budgets', 'cloudwatch', 'costalerts'], ['events']],
    [
      'encryption_policy',
      ['kms:Decrypt', 'kms:GenerateDataKey*'],
      ['budgets', 'costalerts'],
      ['cloudwatch', 'events'],
    ],
  ])(
    '%s lets every publisher in, with a condition where AWS gives what it tests',
    (id, actions, own, others) => {
      const found = statements(template, id);
      const services = (names: string[]) => names.map((name) => `${name}.amazonaws.com`);
      expect(found.find(({ sid }) => sid === 'AlertPublishers')).toMatchObject({
        actions,
        principals: [{ identifiers: services(own) }],
        condition: [{ variable: 'aws:SourceAccount' }],
      });
      const without = found.find(({ sid }) => sid === 'AlertPublishersWithoutAccount')!;
      expect(without).toMatchObject({ actions, principals: [{ identifiers: services(others) }] });
      expect(without).not.toHaveProperty('condition');
    },
  );

  it('hears of launches and replacements that failed', () => {
    const rule = template.resource('aws_cloudwatch_event_rule', 'alerts_failed-launch');
    expect(JSON.parse(rule.event_pattern as string)).toEqual({
      source: ['aws.autoscaling'],
      'detail-type': ['EC2 Instance Launch Unsuccessful', 'EC2 Auto Scaling Instance Refresh Failed'],
      detail: { AutoScalingGroupName: ['qwen35-35b'] },
    });
  });
});

describe('the alarms on the error budget', () => {
  const template = templateOf();
  const windows = ['fast-5m', 'fast-1h', 'slow-30m', 'slow-6h'];
  const alarm = (measure: string, window: string) =>
    template.resource('aws_cloudwatch_metric_alarm', `alarms_burn_${measure}-${window}`);
  /** CloudWatch's arithmetic, as far as these alarms use it. */
  const share = (block: Block, requests: number, over: number): number => {
    const queries = block.metric_query as { id: string; expression?: string }[];
    const text = queries.find(({ id }) => id === 'share')!.expression!;
    const [, fewest] = /^IF\(requests >= (\d+), over \/ requests, 0\)$/.exec(text)!;
    return requests >= Number(fewest) ? over / requests : 0;
  };
  it.each(['ttft', 'tpot'])('tell somebody of %s only while both windows of a speed alarm', (measure) => {
    for (const speed of ['fast', 'slow']) {
      const both = template.resource('aws_cloudwatch_composite_alarm', `alarms_burn_${measure}-${speed}`);
      expect(both.alarm_rule).toMatch(/^ALARM\([^()]+\) AND ALARM\([^()]+\)$/);
      for (const window of windows.filter((name) => name.startsWith(speed)))
        expect(both.alarm_rule).toContain(`alarms_burn_${measure}-${window}.alarm_name`);
    }
  });

  /** Whether the pair of windows, the shorter first, both alarm. */
  const burns = (measure: string, speed: 'fast' | 'slow', counts: [requests: number, over: number][]) =>
    windows
      .filter((window) => window.startsWith(speed))
      .every((window, index) => {
        const block = alarm(measure, window);
        return share(block, ...counts[index]!) > (block.threshold as number);
      });

  it.each(['ttft', 'tpot'])('ask for 14.4 and 6 times the budget: 72%% and 30%% of %s', (measure) => {
    const thresholds = windows.map((window) => alarm(measure, window).threshold);
    expect(thresholds).toEqual([0.72, 0.72, 0.3, 0.3]);
    expect(
      burns(measure, 'fast', [
        [100, 73],
        [1200, 870],
      ]),
    ).toBe(true);
    expect(
      burns(measure, 'fast', [
        [100, 73],
        [1200, 860],
      ]),
    ).toBe(false);
    expect(
      burns(measure, 'slow', [
        [600, 190],
        [7200, 2200],
      ]),
    ).toBe(true);
  });

  it.each(['ttft', 'tpot'])('wake nobody for the single slow request of a quiet night (%s)', (measure) => {
    for (const speed of ['fast', 'slow'] as const) {
      expect(
        burns(measure, speed, [
          [1, 1],
          [1, 1],
        ]),
      ).toBe(false);
      expect(
        burns(measure, speed, [
          [0, 0],
          [0, 0],
        ]),
      ).toBe(false);
      expect(
        burns(measure, speed, [
          [1, 1],
          [19, 19],
        ]),
      ).toBe(false);
      // Few, but all of them: the budget of a month at this rate does go.
      expect(
        burns(measure, speed, [
          [2, 2],
          [20, 20],
        ]),
      ).toBe(true);
    }
  });
});

describe('cost anomalies', () => {
  it('have no monitor unless asked for, then one of the plan’s own tag or an existing one', () => {
    expect(templateOf().resources('aws_ce_anomaly_monitor')).toEqual([]);
    const own = templateOf({ requirements: { deployment: { anomalyMonitorArn: 'new' } } });
    const [monitor] = own.resources('aws_ce_anomaly_monitor');
    expect(monitor).toMatchObject({ monitor_type: 'CUSTOM' });
    expect(JSON.parse(monitor!.monitor_specification as string).Tags).toEqual({
      Key: 'qwen-selfhost:plan',
      MatchOptions: null,
      Values: ['qwen35-35b'],
    });
    expect(own.resource('aws_ce_anomaly_subscription', 'costs_anomalies').monitor_arn_list).toEqual([
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform reference
      '${aws_ce_anomaly_monitor.serving_costs_anomaly-monitor.arn}',
    ]);
    const arn = 'arn:aws:ce::123456789012:anomalymonitor/0f3c';
    const existing = templateOf({ requirements: { deployment: { anomalyMonitorArn: arn } } });
    expect(existing.resources('aws_ce_anomaly_monitor')).toEqual([]);
    expect(existing.resource('aws_ce_anomaly_subscription', 'costs_anomalies').monitor_arn_list).toEqual([
      arn,
    ]);
  });
});

describe('what a machine may do', () => {
  it('decrypts secrets under a key of their own only where that key is named', () => {
    const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:token-AbCdEf';
    const key = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
    const deployment = { weights: 's3' as const, huggingFaceToken: secret };
    const sids = (template: Template, id: string) =>
      statements(template, id).filter(({ resources }) => (resources as string[]).includes(key));
    const without = templateOf({ requirements: { deployment } });
    expect(sids(without, 'identity_policy')).toEqual([]);
    const named = templateOf({ requirements: { deployment: { ...deployment, secretsKmsKeyArn: key } } });
    for (const id of ['identity_policy', 'weights_policy'])
      expect(sids(named, id)).toMatchObject([{ actions: ['kms:Decrypt'], resources: [key] }]);
  });

  it('agrees on a commit with its fleet, where the plan names a branch and no job has staged one', () => {
    const names = (template: Template) => template.resources('aws_ssm_parameter').map(({ name }) => name);
    const fleet = templateOf();
    expect(names(fleet)).toEqual(['/qwen-selfhost/qwen35-35b/Qwen/Qwen3.5-35B-A3B-FP8/main']);
    expect(fleet.resource('aws_ssm_parameter', 'revision_commit')).toMatchObject({
      insecure_value: 'main',
      lifecycle: { ignore_changes: ['insecure_value', 'description'] },
    });
    const agree = statements(fleet, 'identity_policy').find(({ sid }) => sid === 'AgreeOnRevision')!;
    expect(agree.resources).toEqual([
      expect.stringMatching(/:parameter\/qwen-selfhost\/qwen35-35b\/Qwen\/Qwen3.5-35B-A3B-FP8\/main$/),
    ]);
    for (const other of [
      { choice: { revision: '0'.repeat(40) } },
      { requirements: { deployment: { weights: 's3' as const } } },
    ]) {
      expect(names(templateOf(other))).toEqual([]);
      const allowed = statements(templateOf(other), 'identity_policy').flatMap(({ actions }) => actions);
      expect(allowed.filter((action) => /^ssm:.*Parameter/.test(action))).toEqual([]);
    }
  });

  it('reads the weights of its own revision and no others', () => {
    const template = templateOf({ requirements: { deployment: { weights: 's3' } } });
    const found = statements(template, 'identity_policy');
    const prefix = 'Qwen/Qwen3.5-35B-A3B-FP8/main/';
    expect(found.find(({ sid }) => sid === 'ReadWeights')!.resources).toEqual([
      `\${aws_s3_bucket.serving_weights_store_bucket.arn}/${prefix}*`,
    ]);
    expect(found.find(({ sid }) => sid === 'ListWeights')).toMatchObject({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform reference
      resources: ['${aws_s3_bucket.serving_weights_store_bucket.arn}'],
      condition: [{ test: 'StringLike', variable: 's3:prefix', values: [`${prefix}*`] }],
    });
  });
});
