import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_382', 'AWS-0104'],
  says: 'a way out is one port; to the world only HTTPS',
  check: (configuration) =>
    unless(
      configuration,
      'aws_vpc_security_group_egress_rule',
      ({ ip_protocol: p, from_port: f, to_port: t, cidr_ipv4: c }) =>
        p === 'tcp' && f === t && (c === undefined || f === 443),
    ),
  fails: one('aws_vpc_security_group_egress_rule', { ip_protocol: '-1', cidr_ipv4: '0.0.0.0/0' }),
  passes: one('aws_vpc_security_group_egress_rule', {
    ip_protocol: 'tcp',
    from_port: 443,
    to_port: 443,
    cidr_ipv4: '0.0.0.0/0',
  }),
};
