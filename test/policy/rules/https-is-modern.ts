import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV2_AWS_74', 'AWS-0047'],
  says: 'HTTPS is TLS 1.3, for older clients 1.2 with forward secrecy',
  check: (configuration) =>
    unless(
      configuration,
      'aws_lb_listener',
      ({ protocol, ssl_policy: p }) =>
        protocol !== 'HTTPS' || /^ELBSecurityPolicy-TLS13-1-[23]-/.test(String(p)),
    ),
  fails: one('aws_lb_listener', { protocol: 'HTTPS', ssl_policy: 'ELBSecurityPolicy-2016-08' }),
  passes: one('aws_lb_listener', {
    protocol: 'HTTPS',
    ssl_policy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
  }),
};
