import { matchesTypePattern } from '../hardware/instance-types';
import { type Catalogue, offeringsIn, regionsOf } from '../hardware/offerings';
import type { Requirements } from '../requirements/requirements';

const REGIONS_NAMED = 3;

/** One line for regions that offer nothing of what is allowed, and the regions that do. */
export function nothingOffered({ regions, instanceTypes }: Requirements, catalogue: Catalogue): string {
  const { allow, deny } = instanceTypes;
  const wanted = allow.length > 0 ? `none of ${allow.join(', ')}` : 'no GPU machine';
  const offers = (region: string): boolean =>
    offeringsIn(catalogue, region).some(
      ({ instanceType }) =>
        (allow.length === 0 || allow.some((pattern) => matchesTypePattern(instanceType, pattern))) &&
        !deny.some((pattern) => matchesTypePattern(instanceType, pattern)),
    );
  const here = regions.filter(offers);
  const subject = `region${regions.length > 1 ? 's' : ''} ${regions.join(', ')} offer${regions.length > 1 ? '' : 's'}`;
  if (here.length > 0) return `${subject} ${wanted} that is not denied; narrow --deny-type`;
  const elsewhere = regionsOf(catalogue).filter((region) => offers(region));
  if (elsewhere.length === 0)
    return `no region offers ${allow.join(', ')} that is not denied; widen --allow-type or narrow --deny-type`;
  const near = [...elsewhere].sort((a, b) => Number(isNear(b, regions)) - Number(isNear(a, regions)));
  const named = near.slice(0, REGIONS_NAMED);
  const list = named.length === 1 ? named[0]! : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`;
  return `${subject} ${wanted}; ${list} offer${named.length === 1 ? 's' : ''} some of them`;
}

/** On the same continent, as the region's name has it. */
const isNear = (region: string, regions: readonly string[]): boolean =>
  regions.some((wanted) => wanted.split('-')[0] === region.split('-')[0]);
