import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_153', 'CKV_AWS_315', 'AS3'],
  says: 'a group has tags and a launch template',
  check: (configuration) =>
    unless(
      configuration,
      'aws_autoscaling_group',
      (b) =>
        ((b.tag ?? []) as unknown[]).length > 0 && ('launch_template' in b || 'mixed_instances_policy' in b),
    ),
  fails: one('aws_autoscaling_group', {}),
  passes: one('aws_autoscaling_group', { tag: [{}], launch_template: {} }),
};
