import { type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_2', 'CKV_AWS_103', 'AWS-0054', 'CKV_AWS_376'],
  says: 'a public load balancer speaks TLS 1.2 or newer and nothing else; a private one may speak HTTP',
  check: (configuration) =>
    Object.values(configuration.resource?.aws_lb ?? {}).every(({ internal }) => internal === true)
      ? []
      : unless(
          configuration,
          'aws_lb_listener',
          ({ protocol, ssl_policy: p }) =>
            protocol === 'HTTPS' && String(p).startsWith('ELBSecurityPolicy-TLS13'),
        ),
  fails: { resource: { aws_lb: { x: { internal: false } }, aws_lb_listener: { x: { protocol: 'HTTP' } } } },
  passes: { resource: { aws_lb: { x: { internal: true } }, aws_lb_listener: { x: { protocol: 'HTTP' } } } },
};
