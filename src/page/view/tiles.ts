import type { Plan } from '../../plan/schema';
import { number, plural, seconds, usd } from '../../report/format';
import { h } from '../dom';

/** The answer in six figures, each with its unit and what it stands against. */
export function tiles(plan: Plan): HTMLElement[] {
  const { choice, cost, predicted, requirements } = plan;
  const { ttftP95Seconds: ttft, tpotP95Seconds: tpot } = predicted;
  const { slo, workload } = requirements;
  const between = ({ low, high }: { low: number; high: number }): string =>
    `80% likely ${seconds(low)} to ${seconds(high)}`;
  const { capacityRequestsPerSecondPerReplica: each, utilisation } = predicted;
  return [
    tile(
      'Machines',
      `${choice.instances} × ${choice.instanceType}`,
      `${plural(choice.gpusPerInstance, `${choice.gpu} GPU`)} each; ${choice.region}, ${choice.market}`,
      `${choice.checkpoint.toUpperCase()} weights, ${plural(choice.replicas, 'replica')} of vLLM`,
    ),
    tile(
      'Cost',
      `${usd(cost.usdPerMonth)} a month`,
      `${usd(cost.usdPerHour)} an hour, machines and what belongs to them`,
      `${cost.instance.evidence} price (${cost.instance.source})`,
    ),
    tile(
      'Cost of a million tokens',
      `${usd(cost.usdPerMillionTokens.output)} output`,
      `${usd(cost.usdPerMillionTokens.input)} input`,
      'at this load, all day',
    ),
    tile(
      'First token (TTFT p95)',
      seconds(ttft.expected),
      between(ttft),
      `wanted: at most ${seconds(slo.ttftP95Seconds)}`,
    ),
    tile(
      'Each further token (TPOT p95)',
      seconds(tpot.expected),
      between(tpot),
      `wanted: at most ${seconds(slo.tpotP95Seconds)}`,
    ),
    tile(
      'Load',
      `${Math.round(utilisation * 100)}% used`,
      `${number(workload.requestsPerSecond)} of ${number(each * choice.replicas)} requests a second`,
      `limited by ${predicted.limitedBy}`,
    ),
  ];
}

const tile = (title: string, value: string, ...lines: readonly string[]): HTMLElement =>
  h(
    'div',
    { class: 'tile' },
    h('dt', {}, title),
    h('dd', { class: 'value' }, value),
    ...lines.map((line) => h('dd', {}, line)),
  );
