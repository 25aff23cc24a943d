import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_149', 'SMG4', 'AWS-0098'],
  says: 'a secret has a key of the account',
  check: (configuration) =>
    unless(configuration, 'aws_secretsmanager_secret', (b) => b.kms_key_id !== undefined),
  fails: one('aws_secretsmanager_secret', {}),
  passes: one('aws_secretsmanager_secret', { kms_key_id: 'k' }),
};
