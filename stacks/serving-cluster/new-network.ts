import type { Plan } from '../../src/plan/schema';
import {
  DefaultSecurityGroup,
  Eip,
  InternetGateway,
  NatGateway,
  Route,
  RouteTable,
  RouteTableAssociation,
  Subnet,
  Vpc,
  VpcEndpoint,
} from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literal } from '../literal';
import type { Network } from './network';
import { NETWORK_CIDR, type ZoneRanges, zoneRanges } from './subnet-plan';

/**
 * A VPC of its own. Machines stand in private subnets, only in zones that offer their type; the load balancer in
 * subnets of its own, reachable from the internet only when the front door is public.
 *
 * One NAT gateway serves all zones: it costs a third of one per zone, and when its zone fails the machines elsewhere
 * go on serving (requests come through the load balancer) but none can start, because a start downloads the weights.
 */
export class NewNetwork extends Construct implements Network {
  readonly vpcId: string;
  readonly vpcCidr = NETWORK_CIDR;
  readonly machineSubnetIds: string[];
  readonly loadBalancerSubnetIds: string[];
  readonly egress: ITerraformDependable[];
  private readonly plan: Plan;

  constructor(scope: Construct, id: string, plan: Plan) {
    super(scope, id);
    this.plan = plan;
    const vpc = new Vpc(this, 'vpc', {
      cidrBlock: NETWORK_CIDR,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: this.name(),
    });
    this.vpcId = vpc.id;
    // Without rules: whatever is put in the default group by mistake can talk to nobody.
    new DefaultSecurityGroup(this, 'closed-default', { vpcId: vpc.id, tags: this.name('default-closed') });

    const internet = new InternetGateway(this, 'internet', { vpcId: vpc.id, tags: this.name() });
    const publicRoutes = new RouteTable(this, 'public-routes', { vpcId: vpc.id, tags: this.name('public') });
    new Route(this, 'public-route', {
      routeTableId: publicRoutes.id,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: internet.id,
    });

    const { zoneIds, loadBalancerZoneIds } = plan.choice;
    const natZone = [...zoneIds].sort()[0]!;
    const egressSubnet = this.subnet('egress', natZone, publicRoutes);
    const nat = new NatGateway(this, 'nat', {
      allocationId: new Eip(this, 'nat-address', { domain: 'vpc', tags: this.name('nat') }).id,
      subnetId: egressSubnet.id,
      tags: this.name(),
      dependsOn: [internet],
    });
    const machineRoutes = new RouteTable(this, 'machine-routes', {
      vpcId: vpc.id,
      tags: this.name('machines'),
    });
    const natRoute = new Route(this, 'machine-route', {
      routeTableId: machineRoutes.id,
      destinationCidrBlock: '0.0.0.0/0',
      natGatewayId: nat.id,
    });
    // Free of charge, and it keeps image layers and later the weights off the NAT gateway's bill.
    const s3 = new VpcEndpoint(this, 's3', {
      vpcId: vpc.id,
      vpcEndpointType: 'Gateway',
      serviceName: `com.amazonaws.${literal(plan.choice.region)}.s3`,
      routeTableIds: [machineRoutes.id],
      tags: this.name('s3'),
    });
    this.egress = [natRoute, s3];

    const balancerRoutes =
      plan.requirements.network.exposure === 'public'
        ? publicRoutes
        : new RouteTable(this, 'balancer-routes', { vpcId: vpc.id, tags: this.name('balancer') });
    this.machineSubnetIds = [...new Set(zoneIds)].map(
      (zone) => this.subnet('machines', zone, machineRoutes).id,
    );
    this.loadBalancerSubnetIds = [...new Set(loadBalancerZoneIds)].map(
      (zone) => this.subnet('balancer', zone, balancerRoutes).id,
    );
  }

  private name(suffix?: string): Record<string, string> {
    return { Name: suffix === undefined ? this.plan.name : `${this.plan.name}-${suffix}` };
  }

  private subnet(kind: 'machines' | 'balancer' | 'egress', zoneId: string, routes: RouteTable): Subnet {
    const range: keyof ZoneRanges = kind === 'balancer' ? 'loadBalancer' : kind;
    const subnet = new Subnet(this, `${kind}-${zoneId}`, {
      vpcId: this.vpcId,
      // By id: names such as us-east-1a mean another zone in each account.
      availabilityZoneId: zoneId,
      cidrBlock: zoneRanges(zoneId)[range],
      mapPublicIpOnLaunch: false,
      tags: this.name(`${kind}-${zoneId}`),
    });
    new RouteTableAssociation(this, `${kind}-${zoneId}-routes`, {
      subnetId: subnet.id,
      routeTableId: routes.id,
    });
    return subnet;
  }
}
