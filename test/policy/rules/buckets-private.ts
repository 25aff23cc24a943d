import type { Rule } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_53', 'CKV_AWS_54', 'CKV_AWS_55', 'CKV_AWS_56', 'CKV2_AWS_6'],
  says: 'a bucket is closed to the public',
  check: (configuration) =>
    Object.keys(configuration.resource?.aws_s3_bucket ?? {})
      .filter(
        (id) =>
          !Object.values(configuration.resource?.aws_s3_bucket_public_access_block ?? {}).some(({ bucket }) =>
            String(bucket).includes(`aws_s3_bucket.${id}.`),
          ),
      )
      .map((id) => `aws_s3_bucket.${id}`),
  fails: { resource: { aws_s3_bucket: { x: {} } } },
  passes: {
    resource: {
      aws_s3_bucket: { x: {} },
      aws_s3_bucket_public_access_block: { y: { bucket: 'aws_s3_bucket.x.id' } },
    },
  },
};
