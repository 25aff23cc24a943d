import { findInstanceType, gpuOf } from '../hardware/instance-types';
import { type Offering, offeringsIn, type Price } from '../hardware/offerings';
import type { Market } from '../requirements/input';
import type { Requirements } from '../requirements/requirements';
import { gpusPerReplica } from '../vllm/layout';
import type { Candidate, MachineOffer, Pairing, PlanningContext } from './candidate';
import { capacityBlockPrice } from './capacity-blocks';
import { layoutsOn } from './layouts';

/** Sources that quote the market itself; others apply an average saving to the on-demand price. */
const SPOT_QUOTES = /^(skypilot|aws-spot-history)-/;

function spotPrice(offering: Offering): Price | null {
  const zones = Object.values(offering.spot);
  if (zones.length === 0) return null;
  // The dearest zone: a plan must not count on the cheapest one having capacity.
  const dearest = zones.reduce((a, b) => (b.usdPerHour > a.usdPerHour ? b : a));
  return {
    usdPerHour: dearest.usdPerHour,
    source: dearest.source,
    evidence: SPOT_QUOTES.test(dearest.source) ? 'listed' : 'estimated',
  };
}

export function priceIn(offering: Offering, market: Market): Price | null {
  if (market === 'on-demand') return offering.onDemand;
  if (market === 'spot') return spotPrice(offering);
  return offering.capacityBlock?.price ?? capacityBlockPrice(offering.instanceType);
}

/**
 * A reservation is in one zone, a capacity block too, and so are its machines: the zone that was told, that of the block on sale
 * where one was found, or else the first.
 */
function offeringIn(
  offering: Offering,
  market: Market,
  { capacityReservationId, capacityReservationZone: told }: Requirements['deployment'],
): Offering {
  const block = market === 'capacity-block';
  if (!block && capacityReservationId === null) return offering;
  const { zoneIds, capacityBlock } = offering;
  if (told !== undefined) return { ...offering, zoneIds: zoneIds.filter((zone) => zone === told) };
  const onSale = block ? capacityBlock : undefined;
  return { ...offering, zoneIds: onSale === undefined ? zoneIds.slice(0, 1) : [onSale.zoneId] };
}

/** Every instance type of the wanted regions, in every wanted market. */
export function machineOffers({ requirements, catalogue }: PlanningContext): MachineOffer[] {
  return requirements.regions.flatMap((region) =>
    offeringsIn(catalogue, region).flatMap((offering) => {
      const type = findInstanceType(offering.instanceType);
      if (!type) throw new Error(`the catalogue offers ${offering.instanceType}, which has no specification`);
      return requirements.markets.map((market) => ({
        type,
        offering: offeringIn(offering, market, requirements.deployment),
        market,
        price: priceIn(offering, market),
      }));
    }),
  );
}

/** Every offer with the checkpoint asked for, or with all of known size. */
export function pairingsOn(offer: MachineOffer, { requirements, model }: PlanningContext): Pairing[] {
  return model.checkpoints
    .filter(({ key, evidence }) =>
      requirements.checkpoint === 'auto' ? evidence !== 'unknown' : key === requirements.checkpoint,
    )
    .map((checkpoint) => ({ offer, checkpoint }));
}

/** Every way to run replicas of some weights on an offer. */
export function candidatesOn({ offer, checkpoint }: Pairing, { model }: PlanningContext): Candidate[] {
  const gpu = gpuOf(offer.type);
  return layoutsOn(offer.type.gpuCount, gpu, model, checkpoint.key).map((layout) => ({
    offer,
    gpu,
    checkpoint,
    layout,
    replicasPerInstance: Math.floor(offer.type.gpuCount / gpusPerReplica(layout)),
  }));
}
