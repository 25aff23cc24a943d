import { allowed, policy, type Rule } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_33', 'CKV_AWS_169', 'AWS-0057'],
  says: 'a policy that names everyone has conditions',
  check: (configuration) =>
    allowed(configuration)
      .filter(
        ([, s]) =>
          s.principals?.some(({ identifiers }) => identifiers.includes('*')) &&
          (s.condition ?? []).length === 0,
      )
      .map(([address]) => address),
  fails: policy({ actions: ['kms:Decrypt'], principals: [{ type: 'AWS', identifiers: ['*'] }] }),
  passes: policy({
    actions: ['kms:Decrypt'],
    principals: [{ type: 'AWS', identifiers: ['*'] }],
    condition: [{}],
  }),
};
