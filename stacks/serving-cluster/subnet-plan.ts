import { quote, UserError } from '../../src/errors';

/**
 * Address range of a new network. A later stack may want to peer with it, so it is neither AWS's default
 * (172.31.0.0/16) nor the 10.0.0.0/16 that most others take.
 */
export const NETWORK_CIDR = '10.42.0.0/16';
const PRIVATE_SIXTEEN = /^(10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.0\.0\/16$/;

/** The subnets of one zone. */
export interface ZoneRanges {
  /** 4,091 machines. */
  readonly machines: string;
  /** A load balancer needs eight free addresses per subnet to grow. */
  readonly loadBalancer: string;
  /** Holds a NAT gateway and nothing else. */
  readonly egress: string;
}

/**
 * The number of an availability zone.
 * @throws UserError for anything else; local zones have no number of their own (`usw2-lax1-az1`)
 */
export function checkZoneId(zoneId: string): number {
  const number = Number(/^[a-z]+\d+-az(\d{1,2})$/.exec(zoneId)?.[1]);
  if (number >= 1 && number <= 15) return number;
  throw new UserError(
    `${quote(zoneId)} is not an availability zone id such as use1-az1; plan again without it`,
  );
}

/**
 * How the zone ids of a region begin: `use1` of us-east-1, `apne2` of ap-northeast-2. The rule holds for every region of
 * our catalogue (`test/stacks/network.test.ts`); AWS lists the ids and names no rule.
 */
export const zonePrefix = (region: string): string =>
  region
    .split('-')
    .map((word, index) =>
      index === 0 ? word : word.replace(/^(?:(n|s)(?:orth|outh))?([a-z]|\d+)?.*$/, '$1$2'),
    )
    .join('');

/**
 * Address ranges of a zone, from the number in its id (`use1-az4` is 4) and from nothing else: another list of zones,
 * or another order, never moves a subnet.
 * @param networkCidr the VPC's own /16
 * @throws UserError when it is not an availability zone, or not a private /16
 */
export function zoneRanges(zoneId: string, networkCidr = NETWORK_CIDR): ZoneRanges {
  const number = checkZoneId(zoneId);
  const first = PRIVATE_SIXTEEN.exec(networkCidr)?.[1];
  if (first === undefined) {
    throw new UserError(
      `network.cidr: ${quote(networkCidr)} is not a private /16; choose one such as ${NETWORK_CIDR}`,
    );
  }
  return {
    machines: `${first}.${16 * number}.0/20`,
    loadBalancer: `${first}.${number}.0/24`,
    egress: `${first}.0.${16 * number}/28`,
  };
}

/** An IPv4 range with the bits outside its prefix cleared, as AWS wants it: 10.1.2.3/8 is 10.0.0.0/8. */
export function canonicalCidr(cidr: string): string {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const [a, b, c, d, prefix] = (match?.slice(1) ?? []).map(Number);
  if (match === null || [a!, b!, c!, d!].some((byte) => byte > 255) || prefix! > 32) {
    throw new UserError(
      `network.allowedCidrs: ${quote(cidr)} is not an IPv4 range such as 10.0.0.0/8; the load balancer speaks IPv4 only`,
    );
  }
  const size = 2 ** (32 - prefix!);
  const first = Math.floor((((a! * 256 + b!) * 256 + c!) * 256 + d!) / size) * size;
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join('.')}/${prefix}`;
}
