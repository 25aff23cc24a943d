import { mentioning, type Rule, unless } from '../rule';

const door = { aws_lb: { x: { internal: false } } };

export const rule: Rule = {
  ids: ['CKV2_AWS_28', 'ELB2'],
  says: 'a public load balancer has a web ACL',
  check: (configuration) =>
    unless(
      configuration,
      'aws_lb',
      ({ internal }, id) =>
        internal === true ||
        mentioning(configuration, `aws_lb.${id}`).some((user) =>
          user.startsWith('aws_wafv2_web_acl_association.'),
        ),
    ),
  fails: { resource: door },
  passes: { resource: { ...door, aws_wafv2_web_acl_association: { y: { resource_arn: 'aws_lb.x.arn' } } } },
};
