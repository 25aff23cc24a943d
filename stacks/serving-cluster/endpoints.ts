import type { Plan } from '../../src/plan/schema';
import { endpointServices } from '../../src/requirements/deployment';
import { SecurityGroup, VpcEndpoint } from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literal } from '../literal';
import type { Network } from './network-parts';
import { admitVpc } from './vpc-ranges';

/**
 * The way to S3 that costs nothing and keeps image layers and weights off a NAT gateway's bill; a network without NAT has no
 * other.
 */
export const s3Gateway = (
  scope: Construct,
  plan: Plan,
  vpcId: string,
  routeTableIds: string[],
): VpcEndpoint =>
  new VpcEndpoint(scope, 's3', {
    vpcId,
    vpcEndpointType: 'Gateway',
    serviceName: `com.amazonaws.${literal(plan.choice.region)}.s3`,
    routeTableIds,
    tags: { Name: `${plan.name}-s3` },
  });

/** Private addresses of AWS services, for a network without NAT. */
export class Endpoints extends Construct {
  readonly ready: ITerraformDependable[];

  /** @param subnetIds one a zone: AWS refuses an endpoint two in the same */
  constructor(
    scope: Construct,
    id: string,
    plan: Plan,
    network: Pick<Network, 'vpcId' | 'vpcCidr' | 'moreVpcCidrs'>,
    subnetIds: string[],
  ) {
    super(scope, id);
    const { vpcId } = network;
    const group = new SecurityGroup(this, 'group', {
      namePrefix: `endpoints-${plan.name}-`,
      description: `AWS services for the machines of ${plan.name}`,
      vpcId,
      tags: { Name: `${plan.name}-endpoints` },
      lifecycle: { createBeforeDestroy: true },
    });
    // Not the machines alone: private names hold for the whole VPC, and who else is in it would no longer reach AWS.
    const admitted = admitVpc(this, 'from-vpc', network, {
      securityGroupId: group.id,
      description: 'Machines to AWS services',
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
    });
    const endpoints = endpointServices(plan.requirements.network).map(
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
    this.ready = [...admitted, ...endpoints];
  }
}
