import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_26', 'SNS3', 'AWS-0095', 'AWS-0136'],
  says: 'an alert topic has a key of the account',
  check: (configuration) =>
    unless(
      configuration,
      'aws_sns_topic',
      (b) => b.kms_master_key_id !== undefined && b.kms_master_key_id !== 'alias/aws/sns',
    ),
  fails: one('aws_sns_topic', {}),
  passes: one('aws_sns_topic', { kms_master_key_id: 'k' }),
};
