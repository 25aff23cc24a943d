import data from './data/aws-instance-types.json';
import { type Gpu, getGpu } from './gpus';

/** An EC2 instance type with NVIDIA GPUs. */
export interface InstanceType {
  readonly name: string;
  readonly gpuId: string;
  /** Fractional for g6f and gr6f, which hold a slice of one GPU. */
  readonly gpuCount: number;
  readonly vcpus: number;
  readonly memoryGiB: number;
  readonly localNvmeGB: number;
  readonly networkGbps: number | null;
  readonly efaInterfaces: number | null;
  readonly ebsMbps: number | null;
  readonly bareMetal: boolean;
  readonly cpuArchitecture: string;
  readonly usageClasses: readonly string[];
  readonly onDemandQuotaCode: string | null;
}

export const INSTANCE_TYPES: readonly InstanceType[] = data.types as InstanceType[];
export const INSTANCE_TYPES_AS_OF: string = data.asOf;

const byName = new Map(INSTANCE_TYPES.map((type) => [type.name, type]));

export function findInstanceType(name: string): InstanceType | undefined {
  return byName.get(name);
}

/** The part before the dot: `g6e` of `g6e.12xlarge`. */
export function familyOf(instanceTypeName: string): string {
  return instanceTypeName.split('.')[0] ?? instanceTypeName;
}

export function gpuOf(type: InstanceType): Gpu {
  return getGpu(type.gpuId);
}

/**
 * Why a type can never serve, whatever the model; null when it can.
 * Known types are rejected with a reason rather than left out, so that "why not X?" has an answer.
 */
export function unservableReason(type: InstanceType): string | null {
  if (type.cpuArchitecture !== 'x86_64') {
    return type.usageClasses.includes('on-demand')
      ? `${type.cpuArchitecture} machine with ${type.gpuId} GPUs, which have no BF16`
      : 'sold only as UltraServers through capacity blocks, on arm64';
  }
  if (!Number.isInteger(type.gpuCount))
    return `holds ${type.gpuCount} of an ${type.gpuId}: a fraction of a GPU has no room`;
  return null;
}

/** True when the name matches a user's pattern: a full name, a family (`g6e`), or a pattern with `*`. */
export function matchesTypePattern(name: string, pattern: string): boolean {
  const wanted = pattern.trim().toLowerCase();
  if (wanted === name || wanted === familyOf(name)) return true;
  if (!wanted.includes('*')) return false;
  const expression = wanted.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${expression.join('.*')}$`).test(name);
}
