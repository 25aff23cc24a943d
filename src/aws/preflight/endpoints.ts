import type { Plan } from '../../plan/schema';
import { ENDPOINT_SERVICES } from '../../requirements/deployment-input';
import { ec2Pages } from '../ec2';
import type { Session } from '../session';
import { type Finding, fail, pass, unanswered, warn } from './finding';

/** As much of an endpoint of an existing VPC as tells what machines reach by it. */
interface Endpoint {
  readonly service: string;
  readonly gateway: boolean;
  readonly privateDns: boolean;
  readonly routeTableIds: readonly string[];
}

async function endpointsOf(session: Session, region: string, vpcId: string): Promise<Endpoint[]> {
  const found = await ec2Pages(
    session,
    region,
    'ec2:DescribeVpcEndpoints',
    ({ sdk, client, options }, NextToken) =>
      client.send(
        new sdk.DescribeVpcEndpointsCommand({
          Filters: [
            { Name: 'vpc-id', Values: [vpcId] },
            { Name: 'vpc-endpoint-state', Values: ['pending', 'available'] },
          ],
          NextToken,
        }),
        options,
      ),
    (page) => page.VpcEndpoints,
  );
  return found.map(({ ServiceName = '', VpcEndpointType, PrivateDnsEnabled, RouteTableIds }) => ({
    service: ServiceName.replace(`com.amazonaws.${region}.`, ''),
    gateway: VpcEndpointType === 'Gateway',
    privateDns: PrivateDnsEnabled ?? false,
    routeTableIds: RouteTableIds ?? [],
  }));
}

/** The gateway endpoint of S3: free of charge, and without NAT the only way to weights and image layers. */
function gateway({ requirements: { network } }: Plan, endpoints: readonly Endpoint[]): Finding {
  const check = 'S3 gateway endpoint';
  const { vpcId, routeTableIds, natGateways } = network;
  const tables = endpoints
    .filter(({ gateway, service }) => gateway && service === 's3')
    .flatMap((endpoint) => endpoint.routeTableIds);
  if (routeTableIds.length > 0) {
    const taken = routeTableIds.filter((id) => tables.includes(id));
    if (taken.length === 0) return pass(check, `one is made for ${routeTableIds.join(', ')}`);
    return fail(
      check,
      `${taken.join(', ')} of ${vpcId} has one already: AWS refuses a second`,
      'take it out of network.routeTableIds and plan again',
    );
  }
  if (tables.length > 0)
    return pass(
      check,
      `${vpcId} has one, on ${tables.join(', ')}: the machine subnets' should be among them`,
    );
  const fix =
    'name the route tables of the machine subnets in network.routeTableIds and plan again: one is made';
  return natGateways === 'none'
    ? fail(check, `${vpcId} has none: machines without internet cannot fetch weights or images`, fix)
    : warn(
        check,
        `${vpcId} has none: weights and image layers are paid for by the gigabyte on their way out`,
        fix,
      );
}

/** What machines without internet talk to. */
function interfaces({ requirements: { network } }: Plan, endpoints: readonly Endpoint[]): Finding {
  const check = 'interface endpoints';
  const { vpcId, natGateways, interfaceEndpoints: made } = network;
  const there = endpoints.filter(({ gateway }) => !gateway);
  const taken = made.filter((name) =>
    there.some(({ service, privateDns }) => service === name && privateDns),
  );
  if (taken.length > 0)
    return fail(
      check,
      `${vpcId} has ${taken.join(', ')} already: AWS refuses a second one with private DNS`,
      'take them out of network.interfaceEndpoints and plan again',
    );
  const missing = ENDPOINT_SERVICES.filter(
    (name) => !made.includes(name) && !there.some(({ service }) => service === name),
  );
  if (natGateways !== 'none') return pass(check, 'none needed: machines have a way out by NAT');
  if (missing.length === 0) return pass(check, `${vpcId} has, or is given, all ${ENDPOINT_SERVICES.length}`);
  return fail(
    check,
    `${vpcId} lacks ${missing.join(', ')}`,
    `set network.interfaceEndpoints to [${[...made, ...missing].join(', ')}] and plan again`,
  );
}

/** The ways to AWS of an existing VPC; a new one gets them by itself. */
export async function endpoints(session: Session, plan: Plan): Promise<Finding[]> {
  const { vpcId } = plan.requirements.network;
  if (vpcId === null) return [];
  try {
    const found = await endpointsOf(session, plan.choice.region, vpcId);
    return [gateway(plan, found), interfaces(plan, found)];
  } catch (thrown) {
    return [
      unanswered('S3 gateway endpoint', thrown, 'correct network.vpcId in selfhost.yaml and plan again'),
    ];
  }
}
