import type { Rule } from '../rule';

const SECRET = /AKIA[A-Z0-9]{16}|hf_[A-Za-z0-9]{20}|-----BEGIN|(password|secret_access_key)=["']?\w/i;

export const rule: Rule = {
  ids: ['CKV_AWS_46', 'AWS-0029', 'AWS-0129'],
  says: 'user data holds no secret: whoever may describe a machine can read it',
  check: (configuration) =>
    Object.entries(configuration.locals ?? {})
      .filter(([, text]) => SECRET.test(text))
      .map(([id]) => `local.${id}`),
  fails: { locals: { x: 'export PASSWORD=hunter2' } },
  passes: { locals: { x: '"secrets":{"apiKey":"arn:aws:secretsmanager:x"}' } },
};
