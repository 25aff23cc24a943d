import { familyOf } from '../hardware/instance-types';
import type { Catalogue } from '../hardware/offerings';
import type { Requirements } from '../requirements/requirements';
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

/** Machines of a fleet by the quota that they draw on; a spot fleet keeps its base on demand. */
export function quotaUses(
  { type, market }: Pick<MachineOffer, 'type' | 'market'>,
  instances: number,
  { deployment }: Pick<Requirements, 'deployment'>,
): { readonly quota: Quota; readonly instances: number }[] {
  const base = market === 'spot' ? Math.min(instances, deployment.onDemandBase) : 0;
  const parts = [
    { quota: quotaOf({ type, market }), instances: instances - base },
    { quota: quotaOf({ type, market: 'on-demand' }), instances: base },
  ];
  return parts.flatMap(({ quota, instances: drawing }) =>
    quota === null || drawing === 0 ? [] : [{ quota, instances: drawing }],
  );
}

/** What to ask AWS for before a fleet can start, growth included. */
export function quotaNeeds(
  offer: Pick<MachineOffer, 'type' | 'market' | 'offering'>,
  instances: number,
  mostInstances: number,
  requirements: Pick<Requirements, 'deployment'>,
  { quotas }: Pick<Catalogue, 'quotas'>,
): QuotaNeed[] {
  const { name: type, vcpus: each } = offer.type;
  const { region } = offer.offering;
  const now = quotaUses(offer, instances, requirements);
  return quotaUses(offer, mostInstances, requirements).map(({ quota, instances: most }) => {
    const running = now.find(({ quota: { code } }) => code === quota.code)?.instances ?? 0;
    const has = quotas?.[region]?.vcpusByCode[quota.code];
    const growth = most > running ? ` and may grow to ${most}` : '';
    return {
      ...quota,
      region,
      vcpus: running * each,
      ...(has === undefined ? {} : { account: { vcpus: has, readOn: quotas![region]!.readOn } }),
      request: `Please raise ${quota.name} (${quota.code}) in ${region} to at least ${most * each} vCPUs: we run ${running} x ${type} (${each} vCPUs each) for LLM inference${growth}.`,
    };
  });
}

/** What the account has of what a fleet needs, in words; none where it was not read. */
export function quotaNote(need: QuotaNeed): string | null {
  const { account, name, code, region, vcpus } = need;
  if (account === undefined) return null;
  const short = vcpus > account.vcpus ? ': AWS has to raise it before the fleet can start' : '';
  return `quota: ${vcpus} of the ${account.vcpus} vCPUs of ${name} (${code}) that this account has in ${region} are needed${short} (read on ${account.readOn}, what is in use not counted)`;
}
