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
} from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { Endpoints, s3Gateway } from './endpoints';
import type { Network } from './network-parts';
import { NETWORK_CIDR, type ZoneRanges, zoneRanges } from './subnet-plan';

/**
 * A VPC of its own. Machines stand in private subnets, only in zones that offer their type; the load balancer in
 * subnets of its own, reachable from the internet only when the front door is public.
 *
 * By default one NAT gateway serves all zones: it costs a third of one per zone, and when its zone fails the machines
 * elsewhere go on serving (requests come through the load balancer) but none can start, because a start downloads the
 * image. `per-zone` removes that risk, `none` the internet.
 */
export class NewNetwork extends Construct implements Network {
  readonly vpcId: string;
  readonly vpcCidr: string;
  readonly machineSubnetIds: string[];
  readonly loadBalancerSubnetIds: string[];
  readonly egress: ITerraformDependable[] = [];
  readonly ingress: ITerraformDependable[] = [];
  private readonly plan: Plan;
  private readonly gateways: NatGateway[] = [];

  constructor(scope: Construct, id: string, plan: Plan) {
    super(scope, id);
    this.plan = plan;
    this.vpcCidr = plan.requirements.network.cidr ?? NETWORK_CIDR;
    const vpc = new Vpc(this, 'vpc', {
      cidrBlock: this.vpcCidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: this.name(),
    });
    this.vpcId = vpc.id;
    // Without rules: whatever is put in the default group by mistake can talk to nobody.
    new DefaultSecurityGroup(this, 'closed-default', { vpcId: vpc.id, tags: this.name('default-closed') });

    const { natGateways, exposure } = plan.requirements.network;
    const { loadBalancerZoneIds } = plan.choice;
    const zoneIds = [...new Set(plan.choice.zoneIds)];
    const publicRoutes = natGateways === 'none' && exposure === 'internal' ? undefined : this.publicRoutes();
    const routesOf = this.machineRoutes(zoneIds, publicRoutes);
    this.machineSubnetIds = zoneIds.map((zone) => this.subnet('machines', zone, routesOf(zone)).id);
    const tables = [...new Set(zoneIds.map(routesOf))].map(({ id }) => id);
    this.egress.push(s3Gateway(this, plan, vpc.id, tables));
    if (natGateways === 'none') {
      const endpoints = new Endpoints(this, 'endpoints', plan, this, this.machineSubnetIds);
      this.egress.push(...endpoints.ready);
    }

    const balancerRoutes =
      exposure === 'public' && publicRoutes !== undefined ? publicRoutes : this.balancerRoutes();
    this.loadBalancerSubnetIds = [...new Set(loadBalancerZoneIds)].map(
      (zone) => this.subnet('balancer', zone, balancerRoutes).id,
    );
  }

  /** Routes to the internet: of NAT gateways, and of a public load balancer. */
  private publicRoutes(): RouteTable {
    const internet = new InternetGateway(this, 'internet', { vpcId: this.vpcId, tags: this.name() });
    const routes = new RouteTable(this, 'public-routes', { vpcId: this.vpcId, tags: this.name('public') });
    const out = new Route(this, 'public-route', {
      routeTableId: routes.id,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: internet.id,
    });
    this.egress.push(out);
    this.ingress.push(internet, out);
    return routes;
  }

  /**
   * Routes of a load balancer that nobody reaches from outside: none, unless it checks tokens. Their issuer's keys are on the
   * internet, and AWS does not say that it fetches them by other ways than the load balancer's own.
   */
  private balancerRoutes(): RouteTable {
    const routes = new RouteTable(this, 'balancer-routes', {
      vpcId: this.vpcId,
      tags: this.name('balancer'),
    });
    const [gateway] = this.gateways;
    if (this.plan.requirements.network.jwt !== null && gateway !== undefined) {
      new Route(this, 'balancer-route', {
        routeTableId: routes.id,
        destinationCidrBlock: '0.0.0.0/0',
        natGatewayId: gateway.id,
      });
    }
    return routes;
  }

  /** The machines' route table in each zone: one for all, unless each zone has a NAT gateway of its own. */
  private machineRoutes(
    zoneIds: readonly string[],
    publicRoutes: RouteTable | undefined,
  ): (zone: string) => RouteTable {
    const { natGateways } = this.plan.requirements.network;
    const table = (id: string) =>
      new RouteTable(this, id, {
        vpcId: this.vpcId,
        tags: this.name(id.replace('machine-routes', 'machines')),
      });
    if (natGateways === 'per-zone') {
      const tables = new Map(
        zoneIds.map((zone) => {
          const routes = table(`machine-routes-${zone}`);
          this.nat(`-${zone}`, zone, publicRoutes!, routes);
          return [zone, routes];
        }),
      );
      return (zone) => tables.get(zone)!;
    }
    const routes = table('machine-routes');
    if (natGateways === 'single') this.nat('', [...zoneIds].sort()[0]!, publicRoutes!, routes);
    return () => routes;
  }

  private nat(suffix: string, zone: string, publicRoutes: RouteTable, routes: RouteTable): void {
    const gateway = new NatGateway(this, `nat${suffix}`, {
      allocationId: new Eip(this, `nat-address${suffix}`, { domain: 'vpc', tags: this.name(`nat${suffix}`) })
        .id,
      subnetId: this.subnet('egress', zone, publicRoutes).id,
      tags: this.name(suffix === '' ? undefined : suffix.slice(1)),
      dependsOn: [this.node.findChild('internet') as InternetGateway],
    });
    this.gateways.push(gateway);
    const route = new Route(this, `machine-route${suffix}`, {
      routeTableId: routes.id,
      destinationCidrBlock: '0.0.0.0/0',
      natGatewayId: gateway.id,
    });
    this.egress.push(route);
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
      cidrBlock: zoneRanges(zoneId, this.vpcCidr)[range],
      mapPublicIpOnLaunch: false,
      tags: this.name(`${kind}-${zoneId}`),
    });
    // Until it is associated, a subnet has the VPC's main routes: none to anywhere.
    const associated = new RouteTableAssociation(this, `${kind}-${zoneId}-routes`, {
      subnetId: subnet.id,
      routeTableId: routes.id,
    });
    (kind === 'balancer' ? this.ingress : this.egress).push(associated);
    return subnet;
  }
}
