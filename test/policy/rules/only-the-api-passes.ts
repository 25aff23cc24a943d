import type { Configuration, Rule } from '../rule';
import { unless } from '../rule';

interface RuleCondition {
  readonly path_pattern?: { readonly values: readonly string[] };
}

const fixture = (path: string, action = 'fixed-response'): Configuration => ({
  resource: {
    aws_lb_listener: { x: { default_action: [{ type: action }] } },
    aws_lb_listener_rule: { y: { condition: [{ path_pattern: { values: [path] } }] } },
  },
});

export const rule: Rule = {
  ids: ['own'],
  says: 'a listener answers 404 itself; its rules forward only what begins with /v1/',
  check: (configuration) => [
    ...unless(configuration, 'aws_lb_listener', ({ default_action: a }) =>
      (a as { type: string }[]).every(({ type }) => type === 'fixed-response'),
    ),
    ...unless(configuration, 'aws_lb_listener_rule', ({ condition: c }) =>
      (c as RuleCondition[]).some(({ path_pattern: p }) =>
        p?.values.every((value) => value.startsWith('/v1/')),
      ),
    ),
  ],
  fails: fixture('/*'),
  passes: fixture('/v1/*'),
};
