import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_24', 'CKV_AWS_25', 'CKV_AWS_260', 'AWS-0107', 'EC23'],
  says: 'ranges of addresses reach 80 or 443, the world 443 alone; between groups it is one port at a time',
  check: (configuration) =>
    unless(
      configuration,
      'aws_vpc_security_group_ingress_rule',
      ({ from_port: f, to_port: t, cidr_ipv4: c }) =>
        f === t && (c === undefined || f === 443 || (f === 80 && c !== '0.0.0.0/0')),
    ),
  fails: one('aws_vpc_security_group_ingress_rule', { from_port: 80, to_port: 80, cidr_ipv4: '0.0.0.0/0' }),
  passes: one('aws_vpc_security_group_ingress_rule', {
    from_port: 443,
    to_port: 443,
    cidr_ipv4: '0.0.0.0/0',
  }),
};
