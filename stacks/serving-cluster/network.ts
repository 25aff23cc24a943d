import { UserError } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { DataAwsSubnet, DataAwsVpc } from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literal } from '../literal';
import { Endpoints, s3Gateway } from './endpoints';
import type { Network } from './network-parts';
import { NewNetwork } from './new-network';
import { checkZoneId } from './subnet-plan';

const unique = (values: readonly string[]): string[] => [...new Set(values)];

/** Subnets that a user named. What the plan assumes about them is checked when Terraform plans, not when a machine fails to start. */
class ExistingNetwork extends Construct implements Network {
  readonly vpcId: string;
  readonly vpcCidr: string;
  readonly machineSubnetIds: string[];
  readonly loadBalancerSubnetIds: string[];
  readonly egress: ITerraformDependable[] = [];
  readonly ingress: ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, plan: Plan, vpcId: string) {
    super(scope, id);
    const vpc = new DataAwsVpc(this, 'vpc', { id: literal(vpcId) });
    this.vpcId = vpc.id;
    this.vpcCidr = vpc.cidrBlock;
    const { choice, requirements } = plan;
    for (const zone of choice.zoneIds) checkZoneId(zone);
    const subnet = (
      kind: string,
      subnetId: string,
      postcondition: { condition: string; errorMessage: string }[],
    ) =>
      new DataAwsSubnet(this, `${kind}-${subnetId}`, {
        id: literal(subnetId),
        vpcId: literal(vpcId),
        ...(postcondition.length > 0 ? { lifecycle: { postcondition } } : {}),
      });
    const balancers = unique(requirements.network.loadBalancerSubnetIds).map((s) =>
      subnet('balancer', s, []),
    );
    const reached = balancers.map(({ fqn }) => `${fqn}.availability_zone_id`).join(', ');
    const machines = unique(requirements.network.machineSubnetIds).map((s) =>
      subnet('machines', s, [
        {
          condition: `\${contains([${choice.zoneIds.map((zone) => `"${zone}"`).join(', ')}], self.availability_zone_id)}`,
          errorMessage:
            `Subnet ${s} is not in a zone of the plan (${choice.zoneIds.join(', ')}): the instance type may not be offered ` +
            'there. Name a subnet in one of these zones, or plan again.',
        },
        {
          // A target in a zone without the load balancer gets no traffic and says so nowhere.
          condition: `\${contains([${reached}], self.availability_zone_id)}`,
          errorMessage: `The load balancer has no subnet in the zone of ${s}. Name one in network.loadBalancerSubnetIds.`,
        },
      ]),
    );
    this.machineSubnetIds = machines.map(({ id }) => id);
    const { routeTableIds, interfaceEndpoints } = requirements.network;
    if (routeTableIds.length > 0) {
      this.egress.push(s3Gateway(this, plan, vpc.id, unique(routeTableIds).map(literal)));
    }
    if (interfaceEndpoints.length > 0) {
      const endpoints = new Endpoints(this, 'endpoints', plan, vpc.id, vpc.cidrBlock, this.machineSubnetIds);
      this.egress.push(...endpoints.ready);
    }
    this.loadBalancerSubnetIds = balancers.map(({ id }) => id);
  }
}

/**
 * The plan's network: a new one, or the VPC and subnets that the user named.
 * @throws UserError when only part of an existing network is named
 */
export function network(scope: Construct, id: string, plan: Plan): Network {
  const { vpcId, machineSubnetIds, loadBalancerSubnetIds } = plan.requirements.network;
  if (vpcId === null) {
    if (machineSubnetIds.length + loadBalancerSubnetIds.length > 0) {
      throw new UserError(
        'network: subnets are named without network.vpcId; name the VPC they are in, or drop them',
      );
    }
    return new NewNetwork(scope, id, plan);
  }
  if (machineSubnetIds.length === 0 || unique(loadBalancerSubnetIds).length < 2) {
    throw new UserError(
      `network: ${vpcId} is named with ${machineSubnetIds.length} machine and ${loadBalancerSubnetIds.length} load-balancer subnets; ` +
        'name at least 1 in network.machineSubnetIds and 2 in network.loadBalancerSubnetIds, or drop network.vpcId for a new VPC',
    );
  }
  return new ExistingNetwork(scope, id, plan, vpcId);
}
