import type { PlanningContext } from '../candidate';
import type { MixFleet } from './mix';
import { domainOf } from './own-things';

const LONGEST_NAME = 24;

/** `assistant-short`, `assistant-long` by prompt length; `assistant-base`, `assistant-peak` where a load is shared. */
export function fleetNames(fleets: readonly MixFleet[], name: string): string[] {
  const taken = new Map<string, number>();
  return fleets.map(({ range }, i) => {
    const label =
      range.share < 1
        ? range.fromTokens === 0
          ? 'short'
          : 'long'
        : i === heaviest(fleets)
          ? 'base'
          : 'peak';
    const times = (taken.get(label) ?? 0) + 1;
    taken.set(label, times);
    const suffix = `-${label}${times > 1 ? times : ''}`;
    return `${name.slice(0, LONGEST_NAME - suffix.length).replace(/-+$/, '')}${suffix}`;
  });
}

const heaviest = (fleets: readonly MixFleet[]): number =>
  fleets.reduce((best, { requestShare }, i) => (requestShare > fleets[best]!.requestShare ? i : best), 0);

/** Which request goes where. */
export function routingText(
  fleets: readonly MixFleet[],
  names: readonly string[],
  { requirements }: PlanningContext,
): string {
  const byRange = new Map<number, number[]>();
  fleets.forEach(({ range }, i) => {
    byRange.set(range.fromTokens, [...(byRange.get(range.fromTokens) ?? []), i]);
  });
  const sized = [...byRange.values()].map((members) => {
    const { range, requirements: own } = fleets[members[0]!]!;
    const to = members.map((i) => names[i]!).join(' and ');
    if (range.share === 1) return `every request to ${to}`;
    return range.toTokens === null
      ? `everything else to ${to}`
      : `prompts of at most ${range.toTokens} tokens, if prompt and max_tokens stay within ${own.contextTokens}, to ${to}`;
  });
  const shared = [...byRange.values()].filter((members) => members.length > 1);
  const weights = shared.map((members) =>
    members.map((i) => `${names[i]} ${Math.round(fleets[i]!.requestShare * 100)}`).join(' : '),
  );
  const byHour = requirements.sizing?.hourlyFactors ? ', at other hours by the machines that run' : '';
  return [
    `send ${sized.join(', ')}`,
    ...(weights.length > 0 ? [`share the load by weight (${weights.join('; ')} at the peak${byHour})`] : []),
    `each fleet is a service with a front door of its own${whoChooses(names, requirements)}`,
  ].join('; ');
}

/** A certificate for the fleet's own name alone answers to no weighted record of another name. */
function whoChooses(
  names: readonly string[],
  { network: { domain } }: PlanningContext['requirements'],
): string {
  if (domain === null) return ': your callers, a gateway or weighted DNS records choose';
  const doors = names.map((name) => domainOf(name, domain)!.name).join(' and ');
  return `, ${doors}, with a certificate for that name alone: your callers or a gateway choose`;
}
