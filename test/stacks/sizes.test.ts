import { templateOf } from './template';

interface Query {
  id: string;
  expression?: string;
  metric?: { metric_name: string; dimensions: Record<string, string> };
}

describe('the daily pattern', () => {
  const hours = [...Array<number>(7).fill(2), ...Array<number>(12).fill(3), ...Array<number>(5).fill(2)];
  const template = templateOf({ scaling: { hourlyInstances: hours } });

  it('moves the floor in the hours that change it and leaves the size to scaling', () => {
    expect(template.resources('aws_autoscaling_schedule')).toHaveLength(2);
    expect(template.resource('aws_autoscaling_schedule', 'scaling_schedule-hour-07')).toMatchObject({
      recurrence: '0 7 * * *',
      time_zone: 'Etc/UTC',
      min_size: 3,
      max_size: 4,
      desired_capacity: -1,
    });
    expect(template.resource('aws_autoscaling_schedule', 'scaling_schedule-hour-19')).toMatchObject({
      min_size: 2,
    });
    expect(template.resource('aws_autoscaling_group', 'fleet_group').lifecycle).toEqual({
      ignore_changes: ['desired_capacity', 'min_size', 'max_size'],
    });
  });

  it("gives way to the user's own schedule", () => {
    const schedule = [
      { name: 'night', cron: '0 22 * * *', timeZone: 'Etc/UTC', minInstances: 1, maxInstances: 2 },
    ];
    const own = templateOf({
      scaling: { hourlyInstances: hours },
      requirements: { deployment: { schedule } },
    });
    expect(own.resources('aws_autoscaling_schedule')).toMatchObject([
      { scheduled_action_name: 'night', desired_capacity: 1 },
    ]);
  });
});

describe('a fleet that sleeps after 30 minutes', () => {
  const template = templateOf({ requirements: { deployment: { sleepAfterMinutes: 30 } } });
  const alarm = (id: string) =>
    template.resource('aws_cloudwatch_metric_alarm', id) as Record<string, unknown> & {
      metric_query: Query[];
    };
  const queried = (id: string) =>
    alarm(id).metric_query.map((query) => query.metric?.metric_name ?? query.expression);

  it('has no floor, and stays awake a while once machines are in service', () => {
    expect(template.resource('aws_autoscaling_group', 'fleet_group').min_size).toBe(0);
    expect(template.resource('aws_autoscaling_policy', 'sleep_idle')).toMatchObject({
      adjustment_type: 'ExactCapacity',
      step_adjustment: [{ scaling_adjustment: 0 }],
    });
    expect(alarm('sleep_idle-alarm').evaluation_periods).toBe(30);
    expect(queried('sleep_idle-alarm')).toEqual([
      'GroupInServiceInstances',
      'RequestCount',
      'IF(FILL(serving, 0) > 0 AND FILL(requests, 0) < 1, 1, 0)',
    ]);
  });

  it('wakes to the planned size by the first request that finds nobody, and only then', () => {
    expect(template.resource('aws_autoscaling_policy', 'sleep_wake')).toMatchObject({
      adjustment_type: 'ExactCapacity',
      step_adjustment: [{ scaling_adjustment: 2 }],
    });
    expect(alarm('sleep_wake-alarm').evaluation_periods).toBe(1);
    expect(queried('sleep_wake-alarm')).toEqual([
      'GroupDesiredCapacity',
      'HTTPCode_ELB_503_Count',
      'IF(FILL(desired, 0) < 1, refused, 0)',
    ]);
    const enabled = template.resource('aws_autoscaling_group', 'fleet_group').enabled_metrics;
    expect(enabled).toEqual(expect.arrayContaining(['GroupDesiredCapacity', 'GroupInServiceInstances']));
  });

  it('calls neither silence nor the 503 of its sleep an alarm, but silence of machines in service', () => {
    expect(alarm('alarms_no-telemetry')).toMatchObject({
      treat_missing_data: 'notBreaching',
      comparison_operator: 'GreaterThanOrEqualToThreshold',
      threshold: 1,
      evaluation_periods: 10,
    });
    expect(queried('alarms_no-telemetry')).toEqual([
      'vllm:num_requests_running',
      'GroupInServiceInstances',
      'IF(FILL(serving, 0) > 0, IF(FILL(watched, 0) < 1, 1, 0), 0)',
    ]);
    expect(queried('alarms_errors')).toEqual([
      'HTTPCode_ELB_5XX_Count',
      'GroupInServiceInstances',
      'IF(FILL(serving, 0) > 0, watched, 0)',
    ]);
    expect(
      templateOf().resource('aws_cloudwatch_metric_alarm', 'alarms_no-telemetry').treat_missing_data,
    ).toBe('breaching');
  });

  it('is not built unless asked for', () => {
    const plain = templateOf()
      .addresses()
      .filter((address) => address.includes('_sleep_'));
    expect(plain).toEqual([]);
  });
});
