import type { InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { ec2Pages } from '../ec2';
import type { Session } from '../session';
import type { Specification } from './overlay';

/** GPU families of EC2 begin with these letters; the filter understands `*` (EC2 API reference, DescribeInstanceTypes). */
export const GPU_NAME_PATTERNS = ['g*', 'p*'] as const;
const ACTION = 'ec2:DescribeInstanceTypes';
const PAGE_SIZE = 100;

/** Specifications of a region's NVIDIA machines by type name; damaged entries are left out. */
export async function instanceTypes(
  session: Session,
  region: string,
  asOf: string,
): Promise<Record<string, Specification>> {
  const types = await ec2Pages(
    session,
    region,
    ACTION,
    ({ sdk, client, options }, NextToken) =>
      client.send(
        new sdk.DescribeInstanceTypesCommand({
          Filters: [{ Name: 'instance-type', Values: [...GPU_NAME_PATTERNS] }],
          MaxResults: PAGE_SIZE,
          NextToken,
        }),
        options,
      ),
    (page) => page.InstanceTypes,
  );
  return Object.fromEntries(
    types.flatMap((info) => {
      const specification = specificationOf(info, asOf);
      return specification === null ? [] : [[info.InstanceType as string, specification]];
    }),
  );
}

/** null for a machine without NVIDIA GPUs (g4ad has AMD's) and for an entry that lacks figures. */
function specificationOf(info: InstanceTypeInfo, asOf: string): Specification | null {
  const gpu = info.GpuInfo?.Gpus?.find(({ Manufacturer }) => Manufacturer === 'NVIDIA');
  const vcpus = info.VCpuInfo?.DefaultVCpus;
  const memoryMiB = info.MemoryInfo?.SizeInMiB;
  const gpuCount = gpu === undefined ? null : gpuCountOf(gpu);
  if (!info.InstanceType || !gpu?.Name || !gpuCount || !vcpus || !memoryMiB) return null;
  return {
    gpuName: gpu.Name,
    gpuCount,
    gpuMemoryMiB: gpu.MemoryInfo?.SizeInMiB ?? 0,
    vcpus,
    memoryMiB,
    usageClasses: [...(info.SupportedUsageClasses ?? [])].sort(),
    asOf,
  };
}

/** A slice of a GPU is `Count: 0` with its share in GpuPartitionSize (aws.md section 6). */
function gpuCountOf(gpu: { Count?: number | undefined; GpuPartitionSize?: number | undefined }): number {
  if (gpu.Count) return gpu.Count;
  return gpu.GpuPartitionSize ?? 0;
}
