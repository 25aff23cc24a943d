import type { Rule } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_379', 'S10'],
  says: 'a bucket has a policy (each begins with TLS only)',
  check: (configuration) =>
    Object.keys(configuration.resource?.aws_s3_bucket ?? {})
      .filter(
        (id) =>
          !Object.values(configuration.resource?.aws_s3_bucket_policy ?? {}).some(({ bucket }) =>
            String(bucket).includes(`aws_s3_bucket.${id}.`),
          ),
      )
      .map((id) => `aws_s3_bucket.${id}`),
  fails: { resource: { aws_s3_bucket: { x: {} } } },
  passes: {
    resource: { aws_s3_bucket: { x: {} }, aws_s3_bucket_policy: { y: { bucket: 'aws_s3_bucket.x.id' } } },
  },
};
