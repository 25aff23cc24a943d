import { UserError } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { DataAwsSubnet, DataAwsVpc } from '../aws';
import { Construct, type ITerraformDependable, Token } from '../cdk';
import { literal } from '../literal';
import { Endpoints, s3Gateway } from './endpoints';
import type { Network } from './network-parts';
import { NewNetwork } from './new-network';
import { checkZoneId } from './subnet-plan';

const unique = (values: readonly string[]): string[] => [...new Set(values)];

/** Private names of endpoints need both; without them machines would go on asking the public ones. */
const resolvesNames = (vpcId: string) => ({
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform expression
  condition: '${self.enable_dns_support && self.enable_dns_hostnames}',
  errorMessage: `${vpcId} does not resolve private names. Switch on enableDnsSupport and enableDnsHostnames for network.interfaceEndpoints.`,
});

/** The first of these subnets in each zone. */
function onePerZone(subnets: readonly DataAwsSubnet[]): string[] {
  if (subnets.length === 1) return [subnets[0]!.id];
  const all = subnets.map(({ fqn }) => fqn).join(', ');
  return Token.asList(
    `\${[for same in values({ for subnet in [${all}] : subnet.availability_zone_id => subnet.id... }) : same[0]]}`,
  );
}

/** Subnets that a user named. What the plan assumes about them is checked when Terraform plans, not when a machine fails to start. */
class ExistingNetwork extends Construct implements Network {
  readonly vpcId: string;
  readonly vpcCidr: string;
  readonly moreVpcCidrs: string;
  readonly machineSubnetIds: string[];
  readonly loadBalancerSubnetIds: string[];
  readonly egress: ITerraformDependable[] = [];
  readonly ingress: ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, plan: Plan, vpcId: string) {
    super(scope, id);
    const { choice, requirements } = plan;
    const { routeTableIds, interfaceEndpoints } = requirements.network;
    const vpc = new DataAwsVpc(this, 'vpc', {
      id: literal(vpcId),
      ...(interfaceEndpoints.length > 0 ? { lifecycle: { postcondition: [resolvesNames(vpcId)] } } : {}),
    });
    this.vpcId = vpc.id;
    this.vpcCidr = vpc.cidrBlock;
    this.moreVpcCidrs =
      `\${toset([for range in ${vpc.fqn}.cidr_block_associations : range.cidr_block ` +
      `if range.state == "associated" && range.cidr_block != ${vpc.fqn}.cidr_block])}`;
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
    const zonesOf = (subnets: readonly DataAwsSubnet[]): string =>
      subnets.map(({ fqn }) => `${fqn}.availability_zone_id`).join(', ');
    const balancers: DataAwsSubnet[] = [];
    for (const s of unique(requirements.network.loadBalancerSubnetIds)) {
      const another = {
        condition: `\${!contains([${zonesOf(balancers)}], self.availability_zone_id)}`,
        errorMessage:
          `Subnet ${s} is in the same zone as another of network.loadBalancerSubnetIds, and a load balancer takes one a zone, ` +
          'of two zones at least. Name subnets of different zones.',
      };
      balancers.push(subnet('balancer', s, balancers.length === 0 ? [] : [another]));
    }
    const reached = zonesOf(balancers);
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
    if (routeTableIds.length > 0) {
      this.egress.push(s3Gateway(this, plan, vpc.id, unique(routeTableIds).map(literal)));
    }
    if (interfaceEndpoints.length > 0) {
      const endpoints = new Endpoints(this, 'endpoints', plan, this, onePerZone(machines));
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
