import { ENDPOINT_SERVICES } from '../../src/plan/deployed';
import type { Plan } from '../../src/plan/schema';
import { SecurityGroup, VpcEndpoint, VpcSecurityGroupIngressRule } from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literal } from '../literal';

/** Private addresses of AWS services, for a network without NAT. */
export class Endpoints extends Construct {
  readonly ready: ITerraformDependable[];

  constructor(scope: Construct, id: string, plan: Plan, vpcId: string, vpcCidr: string, subnetIds: string[]) {
    super(scope, id);
    const group = new SecurityGroup(this, 'group', {
      namePrefix: `endpoints-${plan.name}-`,
      description: `AWS services for the machines of ${plan.name}`,
      vpcId,
      tags: { Name: `${plan.name}-endpoints` },
      lifecycle: { createBeforeDestroy: true },
    });
    const admitted = new VpcSecurityGroupIngressRule(this, 'from-vpc', {
      securityGroupId: group.id,
      description: 'Machines to AWS services',
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      cidrIpv4: vpcCidr,
    });
    const endpoints = ENDPOINT_SERVICES.map(
      (service) =>
        new VpcEndpoint(this, service.replace('.', '-'), {
          vpcId,
          vpcEndpointType: 'Interface',
          serviceName: `com.amazonaws.${literal(plan.choice.region)}.${service}`,
          subnetIds,
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
          tags: { Name: `${plan.name}-${service}` },
        }),
    );
    this.ready = [admitted, ...endpoints];
  }
}
