import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_158', 'CKV_AWS_338', 'CKV_AWS_66', 'AWS-0017'],
  says: 'a log group has a key and keeps a year',
  check: (configuration) =>
    unless(
      configuration,
      'aws_cloudwatch_log_group',
      (b) => b.kms_key_id !== undefined && Number(b.retention_in_days) >= 365,
    ),
  fails: one('aws_cloudwatch_log_group', { retention_in_days: 365 }),
  passes: one('aws_cloudwatch_log_group', { kms_key_id: 'k', retention_in_days: 365 }),
};
