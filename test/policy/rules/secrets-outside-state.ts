import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['own'],
  says: 'a secret value is a write-only argument',
  check: (configuration) =>
    unless(
      configuration,
      'aws_secretsmanager_secret_version',
      (b) => !('secret_string' in b) && !('secret_binary' in b) && 'secret_string_wo' in b,
    ),
  fails: one('aws_secretsmanager_secret_version', { secret_string: 's' }),
  passes: one('aws_secretsmanager_secret_version', { secret_string_wo: 's' }),
};
