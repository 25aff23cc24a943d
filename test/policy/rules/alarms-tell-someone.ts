import { type Block, type Configuration, type Rule, unless } from '../rule';

const acts = (block: Block): boolean => ((block.alarm_actions ?? []) as unknown[]).length > 0;

/** Metric alarms that a composite alarm speaks for. */
const spokenFor = (configuration: Configuration): string =>
  Object.values(configuration.resource?.aws_cloudwatch_composite_alarm ?? {})
    .filter(acts)
    .map(({ alarm_rule }) => alarm_rule)
    .join(' ');

export const rule: Rule = {
  ids: ['CKV_AWS_319', 'own'],
  says: 'an alarm has an action, or is part of one that has',
  check: (configuration) => [
    ...unless(configuration, 'aws_cloudwatch_composite_alarm', acts),
    ...unless(
      configuration,
      'aws_cloudwatch_metric_alarm',
      (block, id) =>
        acts(block) || spokenFor(configuration).includes(`aws_cloudwatch_metric_alarm.${id}.alarm_name`),
    ),
  ],
  fails: {
    resource: {
      aws_cloudwatch_metric_alarm: { part: {} },
      aws_cloudwatch_composite_alarm: {
        whole: { alarm_rule: 'ALARM(aws_cloudwatch_metric_alarm.other.alarm_name)', alarm_actions: ['a'] },
      },
    },
  },
  passes: {
    resource: {
      aws_cloudwatch_metric_alarm: { part: {}, other: { alarm_actions: ['a'] } },
      aws_cloudwatch_composite_alarm: {
        whole: { alarm_rule: 'ALARM(aws_cloudwatch_metric_alarm.part.alarm_name)', alarm_actions: ['a'] },
      },
    },
  },
};
