import type { Plan } from '../../plan/schema';
import { ec2Call } from '../ec2';
import type { Session } from '../session';
import { type Finding, fail, pass, unanswered, warn } from './finding';

/** The capacity reservation or block that the plan names: of its type, in its zones, active, with room for its machines. */
export async function reservation(session: Session, { choice, requirements }: Plan): Promise<Finding[]> {
  const check = 'capacity reservation';
  const id = requirements.deployment.capacityReservationId;
  if (id === null) return [];
  const again = 'correct deployment.capacityReservationId in selfhost.yaml and plan again';
  try {
    const { CapacityReservations = [] } = await ec2Call(
      session,
      choice.region,
      'ec2:DescribeCapacityReservations',
      ({ sdk, client, options }) =>
        client.send(new sdk.DescribeCapacityReservationsCommand({ CapacityReservationIds: [id] }), options),
    );
    const found = CapacityReservations[0];
    if (found === undefined) return [fail(check, `${id} does not exist`, again)];
    const { State, InstanceType, AvailabilityZoneId = '', StartDate } = found;
    if (InstanceType !== choice.instanceType)
      return [
        fail(check, `${id} holds ${InstanceType}, the plan's machines are ${choice.instanceType}`, again),
      ];
    if (!choice.zoneIds.includes(AvailabilityZoneId))
      return [
        fail(
          check,
          `${id} is in ${AvailabilityZoneId}, the plan's machines in ${choice.zoneIds.join(', ')}`,
          `set deployment.capacityReservationZone to ${AvailabilityZoneId} in selfhost.yaml and plan again`,
        ),
      ];
    if (State === 'scheduled')
      return [
        warn(
          check,
          `${id} starts ${StartDate?.toISOString() ?? 'later'}`,
          'apply then: no machine starts before',
        ),
      ];
    if (State !== 'active')
      return [fail(check, `${id} is ${State ?? 'in no known state'}, not active`, again)];
    const total = found.TotalInstanceCount ?? 0;
    if (total < choice.instances)
      return [fail(check, `${id} holds ${total} machines, the plan needs ${choice.instances}`, again)];
    return [
      pass(
        check,
        `${id} is active and holds ${total} machines, ${found.AvailableInstanceCount ?? 0} of them free`,
      ),
    ];
  } catch (thrown) {
    return [unanswered(check, thrown, again)];
  }
}
