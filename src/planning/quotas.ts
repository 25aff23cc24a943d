import { familyOf } from '../hardware/instance-types';
import type { Catalogue } from '../hardware/offerings';
import type { MachineOffer } from './candidate';

/** A vCPU quota of EC2 (aws.md section 2). */
export interface Quota {
  readonly code: string;
  readonly name: string;
}

const ON_DEMAND_G: Quota = { code: 'L-DB2E81BA', name: 'Running On-Demand G and VT instances' };
const ON_DEMAND_P: Quota = { code: 'L-417A185B', name: 'Running On-Demand P instances' };
const SPOT_G: Quota = { code: 'L-3819A6DF', name: 'All G and VT Spot Instance Requests' };
const SPOT_P4: Quota = { code: 'L-7212CCBC', name: 'All P4, P3 and P2 Spot Instance Requests' };
const SPOT_P5: Quota = { code: 'L-C4BD4855', name: 'All P5 Spot Instance Requests' };

/** The quota that machines of an offer draw on; null where none does (capacity blocks) or sources disagree (P6 spot). */
export function quotaOf({ type, market }: Pick<MachineOffer, 'type' | 'market'>): Quota | null {
  if (market === 'capacity-block') return null;
  const family = familyOf(type.name);
  if (family.startsWith('g')) return market === 'spot' ? SPOT_G : ON_DEMAND_G;
  if (market === 'on-demand') return ON_DEMAND_P;
  if (family.startsWith('p6')) return null;
  return family.startsWith('p5') ? SPOT_P5 : SPOT_P4;
}

export interface QuotaNeed extends Quota {
  readonly region: string;
  readonly vcpus: number;
  /** What the account has, where it was read: vCPUs in use included. */
  readonly account?: { readonly vcpus: number; readonly readOn: string };
  /** Ready to paste into the request for an increase. */
  readonly request: string;
}

/** What to ask AWS for before a fleet can start, growth included. */
export function quotaNeed(
  offer: Pick<MachineOffer, 'type' | 'market' | 'offering'>,
  instances: number,
  mostInstances: number,
  { quotas }: Pick<Catalogue, 'quotas'>,
): QuotaNeed | null {
  const quota = quotaOf(offer);
  if (quota === null) return null;
  const { region } = offer.offering;
  const vcpus = instances * offer.type.vcpus;
  const most = mostInstances * offer.type.vcpus;
  const has = quotas?.[region]?.vcpusByCode[quota.code];
  return {
    ...quota,
    region,
    vcpus,
    ...(has === undefined ? {} : { account: { vcpus: has, readOn: quotas![region]!.readOn } }),
    request: `Please raise ${quota.name} (${quota.code}) in ${region} to at least ${most} vCPUs: we run ${instances} x ${offer.type.name} (${offer.type.vcpus} vCPUs each) for LLM inference and may grow to ${mostInstances}.`,
  };
}

/** What the account has of what a fleet needs, in words; none where it was not read. */
export function quotaNote(need: QuotaNeed): string | null {
  const { account, name, code, region, vcpus } = need;
  if (account === undefined) return null;
  const short = vcpus > account.vcpus ? ': AWS has to raise it before the fleet can start' : '';
  return `quota: ${vcpus} of the ${account.vcpus} vCPUs of ${name} (${code}) that this account has in ${region} are needed${short} (read on ${account.readOn}, what is in use not counted)`;
}
