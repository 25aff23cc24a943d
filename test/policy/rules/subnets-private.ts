import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_130', 'AWS-0164'],
  says: 'no subnet hands out public addresses',
  check: (configuration) =>
    unless(configuration, 'aws_subnet', ({ map_public_ip_on_launch: m }) => m === false),
  fails: one('aws_subnet', { map_public_ip_on_launch: true }),
  passes: one('aws_subnet', { map_public_ip_on_launch: false }),
};
