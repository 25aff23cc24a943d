import type { Rule } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_21', 'AWS-0090'],
  says: 'a bucket keeps versions',
  check: (configuration) =>
    Object.keys(configuration.resource?.aws_s3_bucket ?? {})
      .filter(
        (id) =>
          !Object.values(configuration.resource?.aws_s3_bucket_versioning ?? {}).some(({ bucket }) =>
            String(bucket).includes(`aws_s3_bucket.${id}.`),
          ),
      )
      .map((id) => `aws_s3_bucket.${id}`),
  fails: { resource: { aws_s3_bucket: { x: {} } } },
  passes: {
    resource: {
      aws_s3_bucket: { x: {} },
      aws_s3_bucket_versioning: { y: { bucket: 'aws_s3_bucket.x.id' } },
    },
  },
};
