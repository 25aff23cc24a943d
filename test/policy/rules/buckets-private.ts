import { bucketsWithout, bucketWith, type Rule } from '../rule';

const TYPE = 'aws_s3_bucket_public_access_block';

export const rule: Rule = {
  ids: [
    'CKV_AWS_53',
    'CKV_AWS_54',
    'CKV_AWS_55',
    'CKV_AWS_56',
    'CKV2_AWS_6',
    'AWS-0086',
    'AWS-0087',
    'AWS-0091',
    'AWS-0093',
    'AWS-0094',
    'S2',
  ],
  says: 'a bucket is closed to the public in all four ways',
  check: (configuration) =>
    bucketsWithout(configuration, TYPE, (b) =>
      ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'].every(
        (way) => b[way] === true,
      ),
    ),
  fails: bucketWith(TYPE, { block_public_acls: true }),
  passes: bucketWith(TYPE, {
    block_public_acls: true,
    block_public_policy: true,
    ignore_public_acls: true,
    restrict_public_buckets: true,
  }),
};
