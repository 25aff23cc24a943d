import { mentioning, type Rule, unless } from '../rule';

const group = { aws_security_group: { x: {} } };

export const rule: Rule = {
  ids: ['CKV2_AWS_5'],
  says: 'a security group guards something',
  check: (configuration) =>
    unless(configuration, 'aws_security_group', (_, id) =>
      mentioning(configuration, `aws_security_group.${id}`).some((user) => !/_(in|e)gress_rule\./.test(user)),
    ),
  fails: {
    resource: {
      ...group,
      aws_vpc_security_group_ingress_rule: { y: { security_group_id: 'aws_security_group.x.id' } },
    },
  },
  passes: { resource: { ...group, aws_lb: { y: { security_groups: ['aws_security_group.x.id'] } } } },
};
