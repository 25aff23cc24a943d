import type { Plan } from '../../plan/schema';
import { number, usd } from '../format';

/** The mix of fleets beside the plan: what it saves, who serves what, how to build it; empty without one. */
export function mixLines({ mix, bestCost }: Plan): string[] {
  if (!mix) {
    if (!bestCost?.mix) return [];
    const { machines, whyNot } = bestCost.mix;
    return [`not proposed: ${machines}, ${usd(bestCost.usdPerMonth!)} a month before simulation; ${whyNot}`];
  }
  if (mix.savesUsdPerMonth <= 0)
    return [`none proposed: the cheapest saves nothing once simulated (${usd(mix.usdPerMonth)} a month)`];
  const saving = `${usd(mix.savesUsdPerMonth)} a month (${(mix.savesShare * 100).toFixed(1)}%) less`;
  return [
    mix.proposed
      ? `proposed: ${usd(mix.usdPerMonth)} a month, ${saving} than one fleet; --mixed plans each of its fleets as a service`
      : `not proposed: ${usd(mix.usdPerMonth)} a month, ${saving} than one fleet; less than a tenth is not worth two`,
    ...mix.fleets.map(mixFleetLine),
    mix.routing,
  ];
}

function mixFleetLine({ name, promptTokens, requestShare, option }: MixFleet): string {
  const { above, upTo } = promptTokens;
  const prompts =
    upTo === null
      ? above === 0
        ? ''
        : `, prompts above ${number(above)} tokens`
      : `, prompts up to ${number(upTo)} tokens`;
  const what = `${option.instances} x ${option.instanceType} ${option.checkpoint} (${option.market}) in ${option.region}`;
  return `${name}: ${what} for ${usd(option.usdPerMonth)} a month, ${Math.round(requestShare * 100)}% of the requests${prompts}`;
}

type MixFleet = NonNullable<Plan['mix']>['fleets'][number];
