import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_88', 'AWS-0009'],
  says: 'a machine has no public address',
  check: (configuration) =>
    unless(
      configuration,
      'aws_launch_template',
      ({ network_interfaces: n }) =>
        ((n ?? []) as Record<string, unknown>[]).length > 0 &&
        ((n ?? []) as Record<string, unknown>[]).every((i) => i.associate_public_ip_address === 'false'),
    ),
  fails: one('aws_launch_template', { network_interfaces: [{}] }),
  passes: one('aws_launch_template', { network_interfaces: [{ associate_public_ip_address: 'false' }] }),
};
