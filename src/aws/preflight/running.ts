import { findInstanceType } from '../../hardware/instance-types';
import { ec2Pages } from '../ec2';
import type { Session } from '../session';

/** The tag that stacks put on machines (stacks/serving-cluster/names.ts). */
export const PLAN_TAG = 'qwen-selfhost:plan';

export interface RunningMachine {
  readonly type: string;
  readonly vcpus: number;
  readonly spot: boolean;
}

/** GPU machines that draw on quotas now, without those of the plan itself: a second deploy replaces them. */
export async function runningMachines(
  session: Session,
  region: string,
  planName: string,
): Promise<RunningMachine[]> {
  const action = 'ec2:DescribeInstances';
  const reservations = await ec2Pages(
    session,
    region,
    action,
    ({ sdk, client, options }, NextToken) =>
      client.send(
        new sdk.DescribeInstancesCommand({
          Filters: [
            { Name: 'instance-state-name', Values: ['pending', 'running'] },
            { Name: 'instance-type', Values: ['g*', 'p*', 'vt*'] },
          ],
          MaxResults: 1000,
          NextToken,
        }),
        options,
      ),
    (page) => page.Reservations,
  );
  return reservations
    .flatMap(({ Instances = [] }) => Instances)
    .filter(({ InstanceLifecycle }) => InstanceLifecycle !== 'capacity-block')
    .filter(({ Tags = [] }) => !Tags.some(({ Key, Value }) => Key === PLAN_TAG && Value === planName))
    .map(({ InstanceType = '', CpuOptions, InstanceLifecycle }) => ({
      type: InstanceType,
      vcpus:
        findInstanceType(InstanceType)?.vcpus ??
        (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 1),
      spot: InstanceLifecycle === 'spot',
    }));
}
