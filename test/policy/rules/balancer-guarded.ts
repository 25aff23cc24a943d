import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV_AWS_131', 'CKV_AWS_150', 'CKV_AWS_91', 'CKV_AWS_328', 'AWS-0052', 'ELB2'],
  says: 'a load balancer drops bad headers, logs accesses and resists desync',
  check: (configuration) =>
    unless(
      configuration,
      'aws_lb',
      (block) =>
        block.drop_invalid_header_fields === true &&
        block.desync_mitigation_mode !== 'monitor' &&
        (block.access_logs as { enabled?: boolean } | undefined)?.enabled === true &&
        'enable_deletion_protection' in block,
    ),
  fails: one('aws_lb', { drop_invalid_header_fields: true }),
  passes: one('aws_lb', {
    drop_invalid_header_fields: true,
    access_logs: { enabled: true },
    enable_deletion_protection: true,
  }),
};
