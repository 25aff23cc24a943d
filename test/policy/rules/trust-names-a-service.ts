import { allowed, policy, type Rule } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_60', 'CKV_AWS_61'],
  says: 'a role is assumed by a named AWS service, never by anyone or by a whole account',
  check: (configuration) =>
    allowed(configuration)
      .filter(
        ([, { actions, principals }]) =>
          actions.includes('sts:AssumeRole') &&
          !principals?.every(
            ({ type, identifiers }) =>
              type === 'Service' && identifiers.every((name) => name.endsWith('.amazonaws.com')),
          ),
      )
      .map(([address]) => address),
  fails: policy({ actions: ['sts:AssumeRole'], principals: [{ type: 'AWS', identifiers: ['*'] }] }),
  passes: policy({
    actions: ['sts:AssumeRole'],
    principals: [{ type: 'Service', identifiers: ['ec2.amazonaws.com'] }],
  }),
};
