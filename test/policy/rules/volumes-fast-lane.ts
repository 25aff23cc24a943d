import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_135', 'EC28'],
  says: 'a machine has its own lane to its volumes',
  check: (configuration) =>
    unless(configuration, 'aws_launch_template', ({ ebs_optimized: e }) => String(e) === 'true'),
  fails: one('aws_launch_template', {}),
  passes: one('aws_launch_template', { ebs_optimized: 'true' }),
};
