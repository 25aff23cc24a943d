import { bucketsWithout, bucketWith, type Rule } from '../rule';

const TYPE = 'aws_s3_bucket_server_side_encryption_configuration';

export const rule: Rule = {
  ids: ['CKV_AWS_19', 'AWS-0088', 'AWS-0132', 'S1'],
  says: 'a bucket is encrypted, with a key where nothing but a key of S3 is impossible',
  check: (configuration) =>
    bucketsWithout(
      configuration,
      TYPE,
      ({ rule }) => JSON.stringify(rule).match(/"sse_algorithm":"(aws:kms|AES256)"/) !== null,
    ),
  fails: bucketWith(TYPE, { rule: [] }),
  passes: bucketWith(TYPE, {
    rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms' } }],
  }),
};
