import { familyOf, type InstanceType } from '../../hardware/instance-types';

/** A vCPU quota, and which running machines count against it. */
export interface VcpuQuota {
  /** null where it has to be found by name: sources disagree on P6 spot (aws.md section 2). */
  readonly code: string | null;
  readonly name: string;
  readonly counts: (instanceTypeName: string) => boolean;
}

const letterG = (name: string): boolean => /^(g|vt)\d/.test(name) || /^gr\d/.test(name);
const letterP = (name: string): boolean => /^p\d/.test(name);
const matching = (pattern: RegExp) => (name: string) => pattern.test(name);

const ON_DEMAND_G: VcpuQuota = {
  code: 'L-DB2E81BA',
  name: 'Running On-Demand G and VT instances',
  counts: letterG,
};
const ON_DEMAND_P: VcpuQuota = { code: 'L-417A185B', name: 'Running On-Demand P instances', counts: letterP };
const SPOT_G: VcpuQuota = {
  code: 'L-3819A6DF',
  name: 'All G and VT Spot Instance Requests',
  counts: letterG,
};
const SPOT_P4: VcpuQuota = {
  code: 'L-7212CCBC',
  name: 'All P4, P3 and P2 Spot Instance Requests',
  counts: matching(/^p[234]/),
};
const SPOT_P5: VcpuQuota = {
  code: 'L-C4BD4855',
  name: 'All P5 Spot Instance Requests',
  counts: matching(/^p5/),
};
const SPOT_P6: VcpuQuota = { code: null, name: 'P6 Spot Instance Requests', counts: matching(/^p6/) };

/** Codes that are the same in every region. */
export const QUOTA_CODES = [ON_DEMAND_G, ON_DEMAND_P, SPOT_G, SPOT_P4, SPOT_P5].flatMap(
  ({ code }) => code ?? [],
);

/** The quota of on-demand machines of a type. */
export const onDemandQuota = ({ name }: InstanceType): VcpuQuota =>
  letterG(name) ? ON_DEMAND_G : ON_DEMAND_P;

/** The quota of spot machines of a type. */
export function spotQuota({ name }: InstanceType): VcpuQuota {
  if (letterG(name)) return SPOT_G;
  const family = familyOf(name);
  if (family.startsWith('p6')) return SPOT_P6;
  return family.startsWith('p5') ? SPOT_P5 : SPOT_P4;
}
