import { one, type Rule, unless } from '../rule';

export const rule: Rule = {
  ids: ['CKV2_AWS_11', 'AWS-0178', 'VPC7'],
  says: 'a VPC has flow logs',
  check: (configuration) =>
    Object.keys(configuration.resource?.aws_flow_log ?? {}).length > 0
      ? []
      : unless(configuration, 'aws_vpc', () => false),
  fails: one('aws_vpc', {}),
  passes: { resource: { aws_vpc: { x: {} }, aws_flow_log: { y: {} } } },
};
