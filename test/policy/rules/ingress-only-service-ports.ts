import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_24', 'CKV_AWS_25', 'CKV_AWS_260', 'AWS-0107'],
  says: 'only 80, 443 and 8000 are open, and the world never gets 80 or 8000',
  check: (configuration) =>
    unless(
      configuration,
      'aws_vpc_security_group_ingress_rule',
      ({ from_port: f, to_port: t, cidr_ipv4: c }) =>
        f === t && [80, 443, 8000].includes(f as number) && (c !== '0.0.0.0/0' || f === 443),
    ),
  fails: one('aws_vpc_security_group_ingress_rule', { from_port: 80, to_port: 80, cidr_ipv4: '0.0.0.0/0' }),
  passes: one('aws_vpc_security_group_ingress_rule', {
    from_port: 443,
    to_port: 443,
    cidr_ipv4: '0.0.0.0/0',
  }),
};
