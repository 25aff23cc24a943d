import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['own'],
  says: 'a group holds machines at launch and at termination, and never gives up a machine that cannot report its drain',
  check: (configuration) =>
    unless(configuration, 'aws_autoscaling_group', ({ initial_lifecycle_hook: h }) => {
      const hooks = (h ?? []) as { lifecycle_transition: string; default_result: string }[];
      const of = (end: string) => hooks.find(({ lifecycle_transition: t }) => t.endsWith(end));
      return (
        of('LAUNCHING')?.default_result === 'ABANDON' && of('TERMINATING')?.default_result === 'CONTINUE'
      );
    }),
  fails: one('aws_autoscaling_group', {}),
  passes: one('aws_autoscaling_group', {
    initial_lifecycle_hook: [
      { lifecycle_transition: 'EC2_INSTANCE_LAUNCHING', default_result: 'ABANDON' },
      { lifecycle_transition: 'EC2_INSTANCE_TERMINATING', default_result: 'CONTINUE' },
    ],
  }),
};
