import { allowed, policy, type Rule } from '../rule';

export const rule: Rule = {
  ids: ['own'],
  says: 'a role that an AWS service assumes for a user, EC2 aside, names the account (confused deputy)',
  check: (configuration) =>
    allowed(configuration)
      .filter(
        ([, s]) =>
          s.actions.includes('sts:AssumeRole') &&
          s.principals?.some(
            ({ type, identifiers }) => type === 'Service' && !identifiers.includes('ec2.amazonaws.com'),
          ) &&
          (s.condition ?? []).length === 0,
      )
      .map(([address]) => address),
  fails: policy({
    actions: ['sts:AssumeRole'],
    principals: [{ type: 'Service', identifiers: ['codebuild.amazonaws.com'] }],
  }),
  passes: policy({
    actions: ['sts:AssumeRole'],
    principals: [{ type: 'Service', identifiers: ['ec2.amazonaws.com'] }],
  }),
};
