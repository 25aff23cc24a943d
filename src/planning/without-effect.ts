import type { Market } from '../requirements/choices';
import type { Requirements } from '../requirements/requirements';

/** What was asked for and changes nothing in a plan that buys its machines in this market; one sentence each. */
export function withoutEffect(
  market: Market,
  { deployment, network, markets }: Pick<Requirements, 'deployment' | 'network' | 'markets'>,
): string[] {
  const { onDemandBase, spotInstanceTypes } = deployment;
  const noSpot = `changes nothing: the plan buys no spot machines${markets.includes('spot') ? '' : '; add spot to markets (--market spot), or leave it out'}`;
  const notes: [boolean, string][] = [
    [
      market !== 'spot' && onDemandBase > 0,
      `deployment.onDemandBase (--on-demand-base) ${onDemandBase} ${noSpot}`,
    ],
    [
      market !== 'spot' && spotInstanceTypes.length > 0,
      `deployment.spotInstanceTypes (--spot-type) ${noSpot}`,
    ],
    [
      network.vpcId !== null && network.natGateways === 'per-zone',
      `network.natGateways (--nat) per-zone changes nothing: it is for a new VPC, and ${network.vpcId} keeps the gateways it has`,
    ],
  ];
  return notes.filter(([applies]) => applies).map(([, text]) => text);
}
