import { bucketsWithout, bucketWith, type Rule } from '../rule';

const TYPE = 'aws_s3_bucket_versioning';

export const rule: Rule = {
  ids: ['CKV_AWS_21', 'AWS-0090'],
  says: 'a bucket keeps versions',
  check: (configuration) =>
    bucketsWithout(
      configuration,
      TYPE,
      ({ versioning_configuration: v }) => (v as { status?: string } | undefined)?.status === 'Enabled',
    ),
  fails: bucketWith(TYPE, { versioning_configuration: { status: 'Suspended' } }),
  passes: bucketWith(TYPE, { versioning_configuration: { status: 'Enabled' } }),
};
