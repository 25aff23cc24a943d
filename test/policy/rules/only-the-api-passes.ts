import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['own'],
  says: 'a listener answers 404 itself; only rules forward, and only /v1',
  check: (configuration) =>
    unless(configuration, 'aws_lb_listener', ({ default_action: a }) =>
      (a as { type: string }[]).every(({ type }) => type === 'fixed-response'),
    ),
  fails: one('aws_lb_listener', { default_action: [{ type: 'forward' }] }),
  passes: one('aws_lb_listener', { default_action: [{ type: 'fixed-response' }] }),
};
