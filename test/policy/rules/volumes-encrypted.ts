import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['own', 'CKV_AWS_8', 'AWS-0008', 'AWS-0026', 'EC26'],
  says: 'every volume of a launch template is encrypted with a key of the account',
  check: (configuration) =>
    unless(configuration, 'aws_launch_template', ({ block_device_mappings: m }) =>
      ((m ?? []) as { ebs: Record<string, unknown> }[]).every(
        ({ ebs }) => ebs.encrypted === 'true' && ebs.kms_key_id !== undefined,
      ),
    ),
  fails: one('aws_launch_template', { block_device_mappings: [{ ebs: { encrypted: 'false' } }] }),
  passes: one('aws_launch_template', {
    block_device_mappings: [{ ebs: { encrypted: 'true', kms_key_id: 'k' } }],
  }),
};
