import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_7', 'KMS5', 'AWS-0065'],
  says: 'a key rotates',
  check: (configuration) => unless(configuration, 'aws_kms_key', (b) => b.enable_key_rotation === true),
  fails: one('aws_kms_key', {}),
  passes: one('aws_kms_key', { enable_key_rotation: true }),
};
