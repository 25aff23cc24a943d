import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV2_AWS_12', 'CKV_AWS_148', 'AWS-0173'],
  says: "the VPC's default security group has no rules",
  check: (configuration) =>
    unless(
      configuration,
      'aws_default_security_group',
      (block) => !('ingress' in block) && !('egress' in block),
    ),
  fails: one('aws_default_security_group', { ingress: [{}] }),
  passes: one('aws_default_security_group', {}),
};
