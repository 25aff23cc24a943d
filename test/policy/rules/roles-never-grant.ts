import { allowed, policy, type Rule } from '../rule';

/** Actions by which a role could give itself, or another, more than it has. */
const GRANTING = /^(iam:|organizations:|sts:|kms:PutKeyPolicy|kms:CreateGrant|s3:PutBucketPolicy|lambda:Add)/;

export const rule: Rule = {
  ids: [
    'CKV_AWS_274',
    'CKV_AWS_286',
    'CKV_AWS_287',
    'CKV_AWS_289',
    'CKV2_AWS_40',
    'AWS-0342',
    'AWS-0345',
    'IAM4',
  ],
  says: 'no role may hand out permissions, pass a role on, or be an administrator',
  check: (configuration) => [
    ...allowed(configuration)
      .filter(
        ([, { actions, principals }]) =>
          principals === undefined && actions.some((action) => action === '*' || GRANTING.test(action)),
      )
      .map(([address]) => address),
    ...Object.keys(configuration.resource?.aws_iam_role_policy_attachment ?? {}).map(
      (id) => `aws_iam_role_policy_attachment.${id}`,
    ),
  ],
  fails: policy({ actions: ['iam:PassRole'], resources: ['a'] }),
  passes: policy({ actions: ['s3:GetObject'], resources: ['a'] }),
};
