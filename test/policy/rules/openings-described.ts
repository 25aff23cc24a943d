import { one, type Rule, unless } from '../rule';

const TYPES = [
  'aws_security_group',
  'aws_vpc_security_group_ingress_rule',
  'aws_vpc_security_group_egress_rule',
];

export const rule: Rule = {
  ids: ['CKV_AWS_23', 'AWS-0099', 'AWS-0124', 'EC27'],
  says: 'a security group and each of its openings say what they are for',
  check: (configuration) =>
    TYPES.flatMap((type) =>
      unless(configuration, type, ({ description: d }) => typeof d === 'string' && d.length > 5),
    ),
  fails: one('aws_vpc_security_group_ingress_rule', {}),
  passes: one('aws_vpc_security_group_ingress_rule', { description: 'Callers within the VPC' }),
};
