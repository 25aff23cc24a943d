import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV2_AWS_41'],
  says: 'a machine has a role, not keys',
  check: (configuration) =>
    unless(configuration, 'aws_launch_template', ({ iam_instance_profile: p }) => p !== undefined),
  fails: one('aws_launch_template', {}),
  passes: one('aws_launch_template', { iam_instance_profile: { arn: 'a' } }),
};
