import type { Plan } from '../../plan/schema';
import { availabilityZones, zoneOfferings } from '../catalogue/zones';
import { ec2Call } from '../ec2';
import type { Session } from '../session';
import { type Finding, fail, pass, unanswered } from './finding';

/** The plan's zones must exist for this account and offer the type. */
export async function zones(session: Session, { choice, requirements }: Plan): Promise<Finding[]> {
  const { region, instanceType, zoneIds, loadBalancerZoneIds } = choice;
  const again = `plan again after 'qwen-selfhost catalog refresh --region ${region}'`;
  const types = [...new Set([instanceType, ...requirements.deployment.spotInstanceTypes])];
  const offered = async (): Promise<Finding[]> => {
    const found = await zoneOfferings(session, region, types);
    return types.map((type) => {
      const check = `${type} on offer`;
      const without = zoneIds.filter((id) => !found[type]?.includes(id));
      if (without.length === 0) return pass(check, `in ${zoneIds.join(', ')}`);
      const where = found[type]?.length ? `it is in ${found[type].join(', ')}` : `it is nowhere in ${region}`;
      return fail(check, `not in ${without.join(', ')}; ${where}`, again);
    });
  };
  const usable = async (): Promise<Finding> => {
    const known = await availabilityZones(session, region);
    const wanted = [...new Set([...zoneIds, ...loadBalancerZoneIds])];
    const missing = wanted.filter((id) => !known.some((zone) => zone.id === id && zone.available));
    if (missing.length === 0) return pass('zones', `${wanted.join(', ')} are open to this account`);
    return fail('zones', `${missing.join(', ')} are not open to this account in ${region}`, again);
  };
  const [types_, zones_] = await Promise.all([
    offered().catch((thrown) => [unanswered(`${instanceType} on offer`, thrown, again)]),
    usable().catch((thrown) => unanswered('zones', thrown, again)),
  ]);
  return [...types_, zones_];
}

/** Existing subnets: there, in the VPC, in zones that fit, with free addresses. A new network needs none of this. */
export async function subnets(session: Session, { choice, requirements, scaling }: Plan): Promise<Finding[]> {
  const { vpcId, machineSubnetIds, loadBalancerSubnetIds } = requirements.network;
  if (vpcId === null) return [pass('network', 'a new VPC is made')];
  const again =
    'correct network.machineSubnetIds and network.loadBalancerSubnetIds in selfhost.yaml and plan again';
  try {
    const SubnetIds = [...new Set([...machineSubnetIds, ...loadBalancerSubnetIds])];
    const { Subnets = [] } = await ec2Call(
      session,
      choice.region,
      'ec2:DescribeSubnets',
      ({ sdk, client, options }) => client.send(new sdk.DescribeSubnetsCommand({ SubnetIds }), options),
    );
    const byId = new Map(Subnets.map((subnet) => [subnet.SubnetId, subnet]));
    const problems: string[] = [];
    for (const id of SubnetIds) {
      const subnet = byId.get(id);
      if (subnet === undefined) problems.push(`${id} does not exist`);
      else if (subnet.VpcId !== vpcId) problems.push(`${id} is in another VPC than ${vpcId}`);
    }
    for (const id of machineSubnetIds) {
      const zone = byId.get(id)?.AvailabilityZoneId;
      if (zone && !choice.zoneIds.includes(zone))
        problems.push(`${id} is in ${zone}, the plan's machines in ${choice.zoneIds.join(', ')}`);
    }
    const free = machineSubnetIds.reduce((sum, id) => sum + (byId.get(id)?.AvailableIpAddressCount ?? 0), 0);
    if (problems.length === 0 && free < scaling.maxInstances)
      problems.push(`${free} free addresses for ${scaling.maxInstances} machines`);
    const zoneOf = (id: string): string => byId.get(id)?.AvailabilityZoneId ?? '';
    const doors = new Map<string, string>();
    // A load balancer takes one subnet a zone, of two zones at least, and sends nothing to machines in others.
    for (const id of problems.length === 0 ? new Set(loadBalancerSubnetIds) : []) {
      const other = doors.get(zoneOf(id));
      if (other === undefined) doors.set(zoneOf(id), id);
      else problems.push(`the load balancer subnets ${other} and ${id} are both in ${zoneOf(id)}`);
    }
    for (const id of problems.length === 0 ? new Set(machineSubnetIds) : []) {
      if (!doors.has(zoneOf(id)))
        problems.push(`the load balancer has no subnet in ${zoneOf(id)}, where ${id} is`);
    }
    return [
      problems.length === 0
        ? pass('subnets', `${SubnetIds.length} subnets of ${vpcId} fit`)
        : fail('subnets', problems.join('; '), again),
    ];
  } catch (thrown) {
    return [unanswered('subnets', thrown, again)];
  }
}
