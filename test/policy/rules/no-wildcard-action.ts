import { allowed, policy, type Rule } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_290', 'IAM5', 'AWS-0057'],
  says: "no role may do 'everything' of a service; only a key's own policy names such",
  check: (configuration) =>
    allowed(configuration)
      .filter(
        ([, { actions, principals }]) =>
          principals === undefined && actions.some((action) => action.includes('*')),
      )
      .map(([address]) => address),
  fails: policy({ actions: ['s3:*'], resources: ['a'] }),
  passes: policy({ actions: ['s3:GetObject'], resources: ['a'] }),
};
