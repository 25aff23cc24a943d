import { mentioning, type Rule, unless } from '../rule';

const acl = { aws_wafv2_web_acl: { x: {} } };

export const rule: Rule = {
  ids: ['CKV2_AWS_31', 'own'],
  says: 'a web ACL logs what it refuses, and never the key',
  check: (configuration) =>
    unless(configuration, 'aws_wafv2_web_acl', (_, id) =>
      mentioning(configuration, `aws_wafv2_web_acl.${id}`).some((user) => {
        const [type, logging] = user.split('.') as [string, string];
        const block = configuration.resource![type]![logging]!;
        return (
          type === 'aws_wafv2_web_acl_logging_configuration' &&
          JSON.stringify(block.redacted_fields ?? '').includes('authorization')
        );
      }),
    ),
  fails: {
    resource: {
      ...acl,
      aws_wafv2_web_acl_logging_configuration: { y: { resource_arn: 'aws_wafv2_web_acl.x.arn' } },
    },
  },
  passes: {
    resource: {
      ...acl,
      aws_wafv2_web_acl_logging_configuration: {
        y: {
          resource_arn: 'aws_wafv2_web_acl.x.arn',
          redacted_fields: [{ single_header: { name: 'authorization' } }],
        },
      },
    },
  },
};
