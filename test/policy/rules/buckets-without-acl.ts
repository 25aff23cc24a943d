import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV2_AWS_65', 'AWS-0092'],
  says: "access is by policy: a bucket has no access control list, which AWS's default ownership refuses anyway",
  check: (configuration) => unless(configuration, 'aws_s3_bucket_acl', () => false),
  fails: one('aws_s3_bucket_acl', { acl: 'public-read' }),
  passes: one('aws_s3_bucket', {}),
};
