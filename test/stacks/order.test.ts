import { templateOf } from './template';

const domain = { name: 'llm.example.com', hostedZoneId: 'Z0123456789' };

/** What must exist before something is made, and outlive it when all is destroyed. */
describe('order', () => {
  const template = templateOf({
    requirements: { network: { exposure: 'public', domain, allowedCidrs: ['0.0.0.0/0'] } },
  });
  const dependsOn = (type: string, id: string) => template.resource(type, id).depends_on as string[];

  it('opens the way out before a machine boots: route, association, gateway, security group, permissions', () => {
    const needed = [
      'aws_route.serving_network_machine-route',
      'aws_route.serving_network_public-route',
      'aws_route_table_association.serving_network_machines-use1-az1-routes',
      'aws_route_table_association.serving_network_machines-use1-az4-routes',
      'aws_route_table_association.serving_network_egress-use1-az1-routes',
      'aws_vpc_endpoint.serving_network_s3',
      'aws_vpc_security_group_egress_rule.serving_firewall_machines-to-https',
      'aws_vpc_security_group_ingress_rule.serving_firewall_machines-from-balancer',
      'aws_iam_role_policy.serving_identity_permissions',
      'aws_lb_listener_rule.serving_door_api',
    ];
    expect(dependsOn('aws_autoscaling_group', 'fleet_group')).toEqual(expect.arrayContaining(needed));
  });

  it('gives the VPC its internet gateway before a public load balancer asks for one', () => {
    expect(dependsOn('aws_lb', 'door_lb')).toEqual(
      expect.arrayContaining([
        'aws_internet_gateway.serving_network_internet',
        'aws_route_table_association.serving_network_balancer-use1-az1-routes',
        'aws_s3_bucket_policy.serving_access_logs_access',
      ]),
    );
  });

  it('admits machines to the endpoints of a network without NAT before they boot', () => {
    const image = '123456789012.dkr.ecr.us-east-1.amazonaws.com/vllm:v0.31.0';
    const closed = templateOf({
      requirements: { network: { natGateways: 'none' }, deployment: { weights: 's3', image } },
    });
    expect(closed.resource('aws_autoscaling_group', 'fleet_group').depends_on).toEqual(
      expect.arrayContaining([
        'aws_vpc_security_group_ingress_rule.serving_network_endpoints_from-vpc',
        'aws_vpc_endpoint.serving_network_endpoints_ecr-dkr',
      ]),
    );
  });

  it('makes the bucket of the weights whole before the job that fills it: the job alone may be the target of an apply', () => {
    const staged = templateOf({ requirements: { deployment: { weights: 's3' } } });
    expect(staged.resource('aws_codebuild_project', 'weights_project').depends_on).toEqual([
      'aws_iam_role_policy.serving_weights_permissions',
      ...[
        'public_access_block',
        'server_side_encryption_configuration',
        'versioning',
        'lifecycle_configuration',
        'policy',
      ].map((part) => expect.stringMatching(`^aws_s3_bucket_${part}\\.serving_weights_store_`)),
    ]);
  });

  it('lets AWS publish before a budget names the topic', () => {
    expect(dependsOn('aws_budgets_budget', 'costs_monthly')).toEqual([
      'aws_sns_topic_policy.serving_alerts_access',
    ]);
  });
});
