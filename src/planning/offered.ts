import { findInstanceType, matchesTypePattern } from '../hardware/instance-types';
import { type Catalogue, offeringsIn, regionsOf } from '../hardware/offerings';
import type { Requirements } from '../requirements/requirements';
import { priceIn } from './candidates';

const REGIONS_NAMED = 3;

const isAllowed = (instanceType: string, { allow, deny }: Requirements['instanceTypes']): boolean =>
  (allow.length === 0 || allow.some((pattern) => matchesTypePattern(instanceType, pattern))) &&
  !deny.some((pattern) => matchesTypePattern(instanceType, pattern));

/** One line for regions that offer nothing of what is allowed, and the regions that do. */
export function nothingOffered({ regions, instanceTypes }: Requirements, catalogue: Catalogue): string {
  const { allow } = instanceTypes;
  const wanted = allow.length > 0 ? `none of ${allow.join(', ')}` : 'no GPU machine';
  const offers = (region: string): boolean =>
    offeringsIn(catalogue, region).some(({ instanceType }) => isAllowed(instanceType, instanceTypes));
  const here = regions.filter(offers);
  const subject = `region${regions.length > 1 ? 's' : ''} ${regions.join(', ')} offer${regions.length > 1 ? '' : 's'}`;
  if (here.length > 0) return `${subject} ${wanted} that is not denied; narrow --deny-type`;
  const elsewhere = regionsOf(catalogue).filter((region) => offers(region));
  if (elsewhere.length === 0)
    return `no region offers ${allow.join(', ')} that is not denied; widen --allow-type or narrow --deny-type`;
  return `${subject} ${wanted}; ${theNearest(elsewhere, regions)} some of them`;
}

/** The same for regions that sell nothing of it in the wanted markets; null where something is sold. */
export function nothingSold(
  { regions, instanceTypes, markets }: Requirements,
  catalogue: Catalogue,
): string | null {
  const sells = (region: string): boolean =>
    offeringsIn(catalogue, region).some(
      (offering) =>
        isAllowed(offering.instanceType, instanceTypes) &&
        markets.some(
          (market) =>
            findInstanceType(offering.instanceType)?.usageClasses.includes(market) &&
            priceIn(offering, market) !== null,
        ),
    );
  if (regions.some(sells)) return null;
  const elsewhere = regionsOf(catalogue).filter(sells);
  const allowed = instanceTypes.allow.length > 0 ? ' of the allowed types' : '';
  const nothing = `nothing${allowed} in ${regions.join(', ')} is sold as ${markets.join(' or ')} at a known price`;
  return elsewhere.length === 0 ? nothing : `${nothing}; ${theNearest(elsewhere, regions)} some`;
}

/** Some of these regions, those on the same continent first, and the verb. */
function theNearest(offering: readonly string[], wanted: readonly string[]): string {
  const near = [...offering].sort((a, b) => Number(isNear(b, wanted)) - Number(isNear(a, wanted)));
  const named = near.slice(0, REGIONS_NAMED);
  return named.length === 1
    ? `${named[0]} offers`
    : `${named.slice(0, -1).join(', ')} and ${named.at(-1)} offer`;
}

/** On the same continent, as the region's name has it. */
const isNear = (region: string, regions: readonly string[]): boolean =>
  regions.some((wanted) => wanted.split('-')[0] === region.split('-')[0]);
