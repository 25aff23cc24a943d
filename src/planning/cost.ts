import type { Price } from '../hardware/offerings';
import { RATE_LIMIT_RULES, ROOT_VOLUME_MIB_PER_SECOND } from '../plan/deployed';
import { endpointServices } from '../requirements/deployment';
import type { Requirements } from '../requirements/requirements';
import { USUAL_SIZING } from '../requirements/sizing';
import type { MachineOffer } from './candidate';
import { HOURS_PER_MONTH, SECONDS_PER_MONTH, trafficOf } from './traffic';
import { machineZones } from './zones';

/**
 * What the rest of the stack costs, USD, us-east-1 list prices (recalled 2026-11, other regions within about 20%):
 * small beside a GPU machine, and shown as estimates.
 */
const LOAD_BALANCER_USD_PER_HOUR = 0.0225;
const LOAD_BALANCER_USD_PER_GB = 0.008;
const NAT_GATEWAY_USD_PER_HOUR = 0.045;
const GP3_USD_PER_GIB_MONTH = 0.08;
/** Above 125 MiB/s (AWS, 'Amazon EBS pricing', gp3: $0.040 per provisioned MB/s-month over 125). */
const GP3_USD_PER_MIB_PER_SECOND_MONTH = 0.04;
const GP3_FREE_MIB_PER_SECOND = 125;
/** Of one endpoint in one zone (AWS, 'AWS PrivateLink pricing': $0.01 per VPC endpoint per AZ per hour). */
const ENDPOINT_USD_PER_HOUR = 0.01;
/** AWS, 'AWS WAF pricing': $5 a web ACL, $1 a rule a month, $0.60 a million requests. */
const WEB_ACL_USD_PER_MONTH = 5;
const WEB_ACL_RULE_USD_PER_MONTH = 1;
const WEB_ACL_USD_PER_REQUEST = 0.6e-6;
const LOGS_USD_PER_GB = 0.5;
/** Each way, between the zones of a region. */
const CROSS_ZONE_USD_PER_GB = 0.01;
const INTERNET_USD_PER_GB = 0.09;

/** Day of the list prices above. */
export const STACK_PRICES_AS_OF = '2026-11';

export interface CostItem {
  readonly item: string;
  readonly usdPerMonth: number;
}

export interface Cost {
  readonly usdPerHour: number;
  readonly usdPerMonth: number;
  readonly instance: Price;
  readonly items: readonly CostItem[];
}

/** Machines by hour of the day, or the same number all day. */
export interface FleetSize {
  /** At the peak. */
  readonly instances: number;
  /** 24 numbers from 0:00 UTC; null where the number does not change. */
  readonly hourlyInstances: readonly number[] | null;
}

/** USD of one hour of a fleet of so many machines: discounts and the on-demand base of a spot fleet included. */
export function machineUsdPerHour(
  { market, price, offering }: MachineOffer,
  instances: number,
  r: Requirements,
): number {
  const hourly = price!.usdPerHour;
  const { savingsPlanDiscount } = r.sizing ?? USUAL_SIZING;
  const onDemand = (usd: number): number => usd * (1 - savingsPlanDiscount);
  if (market === 'on-demand') return onDemand(hourly) * instances;
  if (market === 'capacity-block') return hourly * instances;
  const base = Math.min(instances, r.deployment.onDemandBase);
  return base * onDemand(offering.onDemand?.usdPerHour ?? hourly) + (instances - base) * hourly;
}

/** Monthly bill of a fleet, item by item. */
export function fleetCost(
  offer: MachineOffer,
  size: FleetSize,
  rootVolumeGiB: number,
  r: Requirements,
): Cost {
  const { machines, volumes } = machineCosts(offer, size, rootVolumeGiB, r);
  const usdPerMonth = fleetUsdPerMonth(offer, size, rootVolumeGiB, r);
  return {
    usdPerHour: Math.round((usdPerMonth / HOURS_PER_MONTH) * 1e4) / 1e4,
    usdPerMonth,
    instance: offer.price!,
    items: [
      { item: 'machines', usdPerMonth: machines },
      { item: 'root volumes (estimate)', usdPerMonth: volumes },
      ...besidesOf(r, zonesUsed(offer, size, r)).items,
    ],
  };
}

/** The sum of that bill. */
export function fleetUsdPerMonth(
  offer: MachineOffer,
  size: FleetSize,
  rootVolumeGiB: number,
  r: Requirements,
): number {
  const { machines, volumes } = machineCosts(offer, size, rootVolumeGiB, r);
  return cents(machines + volumes + besidesOf(r, zonesUsed(offer, size, r)).usdPerMonth);
}

const zonesUsed = (
  { offering }: MachineOffer,
  { instances }: FleetSize,
  { minZones }: Requirements,
): number => machineZones(offering.zoneIds, instances, minZones).length;

function machineCosts(
  offer: MachineOffer,
  { instances, hourlyInstances }: FleetSize,
  rootVolumeGiB: number,
  r: Requirements,
) {
  // A capacity block is paid for whether its machines run or not.
  const hours = hourlyInstances === null || offer.market === 'capacity-block' ? [instances] : hourlyInstances;
  let usdPerHour = 0;
  let running = 0;
  for (const n of hours) {
    usdPerHour += machineUsdPerHour(offer, n, r) / hours.length;
    running += n / hours.length;
  }
  return {
    machines: cents(usdPerHour * HOURS_PER_MONTH),
    volumes: cents(volumeUsdPerMonth(rootVolumeGiB) * running),
  };
}

/** A root volume, its throughput included. */
export const volumeUsdPerMonth = (rootVolumeGiB: number): number =>
  GP3_USD_PER_GIB_MONTH * rootVolumeGiB +
  GP3_USD_PER_MIB_PER_SECOND_MONTH * (ROOT_VOLUME_MIB_PER_SECOND - GP3_FREE_MIB_PER_SECOND);

interface Besides {
  readonly items: readonly CostItem[];
  readonly usdPerMonth: number;
}

const besidesByRequirements = new WeakMap<Requirements, Besides[]>();

/** The part of the bill that is the same whatever machines are chosen, in as few zones as asked for, USD a month. */
export const besidesUsdPerMonth = (r: Requirements): number => besidesOf(r, r.minZones).usdPerMonth;

/** The bill that is the same whatever machines are chosen in so many zones, computed once. */
function besidesOf(r: Requirements, zones: number): Besides {
  let byZones = besidesByRequirements.get(r);
  if (byZones === undefined) {
    byZones = [];
    besidesByRequirements.set(r, byZones);
  }
  let known = byZones[zones];
  if (known === undefined) {
    const items = besides(r, zones);
    known = { items, usdPerMonth: items.reduce((sum, item) => sum + item.usdPerMonth, 0) };
    byZones[zones] = known;
  }
  return known;
}

/** What does not depend on the machines' type: the front door, the way out, bytes and logs of the planned load. */
function besides(r: Requirements, zones: number): CostItem[] {
  const { gigabytesPerSecond, logGigabytesPerSecond } = trafficOf(r);
  const gigabytes = gigabytesPerSecond * SECONDS_PER_MONTH;
  const { vpcId, exposure, natGateways } = r.network;
  const items: CostItem[] = [
    {
      item: 'load balancer (estimate)',
      usdPerMonth: LOAD_BALANCER_USD_PER_HOUR * HOURS_PER_MONTH + LOAD_BALANCER_USD_PER_GB * gigabytes,
    },
  ];
  if (vpcId === null && natGateways !== 'none') {
    const gateways = natGateways === 'per-zone' ? zones : 1;
    items.push({
      item: 'NAT gateway (estimate)',
      usdPerMonth: NAT_GATEWAY_USD_PER_HOUR * HOURS_PER_MONTH * gateways,
    });
  }
  const endpoints = endpointServices(r.network).length;
  if (endpoints > 0) {
    items.push({
      item: 'interface endpoints (estimate)',
      usdPerMonth: ENDPOINT_USD_PER_HOUR * HOURS_PER_MONTH * endpoints * zones,
    });
  }
  if (r.network.rateLimitPerKey !== null) {
    items.push({
      item: 'web ACL (estimate)',
      usdPerMonth:
        WEB_ACL_USD_PER_MONTH +
        RATE_LIMIT_RULES * WEB_ACL_RULE_USD_PER_MONTH +
        WEB_ACL_USD_PER_REQUEST * r.workload.requestsPerSecond * SECONDS_PER_MONTH,
    });
  }
  const perGigabyte = 2 * CROSS_ZONE_USD_PER_GB + (exposure === 'public' ? INTERNET_USD_PER_GB : 0);
  items.push({ item: 'data transfer (estimate)', usdPerMonth: perGigabyte * gigabytes });
  items.push({
    item: 'logs (estimate)',
    usdPerMonth: LOGS_USD_PER_GB * logGigabytesPerSecond * SECONDS_PER_MONTH,
  });
  return items.map(({ item, usdPerMonth }) => ({ item, usdPerMonth: cents(usdPerMonth) }));
}

export const cents = (usd: number): number => Math.round(usd * 100) / 100;
