import type { Rule } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_19', 'AWS-0088'],
  says: 'a bucket is encrypted',
  check: (configuration) =>
    Object.keys(configuration.resource?.aws_s3_bucket ?? {})
      .filter(
        (id) =>
          !Object.values(
            configuration.resource?.aws_s3_bucket_server_side_encryption_configuration ?? {},
          ).some(({ bucket }) => String(bucket).includes(`aws_s3_bucket.${id}.`)),
      )
      .map((id) => `aws_s3_bucket.${id}`),
  fails: { resource: { aws_s3_bucket: { x: {} } } },
  passes: {
    resource: {
      aws_s3_bucket: { x: {} },
      aws_s3_bucket_server_side_encryption_configuration: { y: { bucket: 'aws_s3_bucket.x.id' } },
    },
  },
};
