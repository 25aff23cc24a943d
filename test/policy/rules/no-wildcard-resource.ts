import { allowed, policy, type Rule } from '../rule';

/** AWS, 'Service Authorization Reference': these take no resource. */
const WITHOUT_RESOURCE =
  /^(ssm:UpdateInstanceInformation|ssmmessages:.*|logs:DescribeLogGroups|ecr:GetAuthorizationToken)$/;

export const rule: Rule = {
  ids: ['CKV_AWS_288', 'CKV_AWS_355', 'CKV_AWS_356', 'IAM5'],
  says: 'an action on everything is one that names no resource, or has a condition',
  check: (configuration) =>
    allowed(configuration)
      .filter(
        ([, s]) =>
          s.principals === undefined &&
          s.resources?.includes('*') &&
          (s.condition ?? []).length === 0 &&
          !s.actions.every((action) => WITHOUT_RESOURCE.test(action)),
      )
      .map(([address]) => address),
  fails: policy({ actions: ['s3:GetObject'], resources: ['*'] }),
  passes: policy({ actions: ['cloudwatch:PutMetricData'], resources: ['*'], condition: [{}] }),
};
