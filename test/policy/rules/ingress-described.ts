import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_23', 'AWS-0124'],
  says: 'an opening of a security group says what it is for',
  check: (configuration) =>
    unless(
      configuration,
      'aws_vpc_security_group_ingress_rule',
      ({ description: d }) => typeof d === 'string' && d.length > 5,
    ),
  fails: one('aws_vpc_security_group_ingress_rule', {}),
  passes: one('aws_vpc_security_group_ingress_rule', { description: 'Callers within the VPC' }),
};
