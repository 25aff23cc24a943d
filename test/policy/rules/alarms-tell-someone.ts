import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_319', 'own'],
  says: 'an alarm has an action',
  check: (configuration) =>
    unless(
      configuration,
      'aws_cloudwatch_metric_alarm',
      (b) => ((b.alarm_actions ?? []) as unknown[]).length > 0,
    ),
  fails: one('aws_cloudwatch_metric_alarm', {}),
  passes: one('aws_cloudwatch_metric_alarm', { alarm_actions: ['a'] }),
};
