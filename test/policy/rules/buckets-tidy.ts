import { bucketsWithout, bucketWith, type Rule } from '../rule';

const TYPE = 'aws_s3_bucket_lifecycle_configuration';

export const rule: Rule = {
  ids: ['CKV_AWS_300', 'CKV2_AWS_61'],
  says: 'a bucket forgets broken uploads and old versions',
  check: (configuration) =>
    bucketsWithout(configuration, TYPE, ({ rule }) =>
      ((rule ?? []) as Record<string, unknown>[]).some(
        (r) =>
          r.status === 'Enabled' &&
          'abort_incomplete_multipart_upload' in r &&
          'noncurrent_version_expiration' in r,
      ),
    ),
  fails: bucketWith(TYPE, { rule: [{ status: 'Enabled' }] }),
  passes: bucketWith(TYPE, {
    rule: [
      { status: 'Enabled', abort_incomplete_multipart_upload: [{}], noncurrent_version_expiration: [{}] },
    ],
  }),
};
