import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['own', 'CKV_AWS_261'],
  says: 'a target group balances by open requests and gives them time to end',
  check: (configuration) =>
    unless(
      configuration,
      'aws_lb_target_group',
      (b) =>
        b.load_balancing_algorithm_type === 'least_outstanding_requests' &&
        Number(b.deregistration_delay) > 0 &&
        (b.health_check as { path?: string } | undefined)?.path === '/health',
    ),
  fails: one('aws_lb_target_group', { deregistration_delay: '0' }),
  passes: one('aws_lb_target_group', {
    load_balancing_algorithm_type: 'least_outstanding_requests',
    deregistration_delay: '60',
    health_check: { path: '/health' },
  }),
};
