import type { Plan } from '../../plan/schema';
import { percent, plural, rate, seconds, usd } from '../format';
import { machineCount } from './day';
import { gpuName } from './gpu';
import { limitWords } from './latency';

/** A figure that a reader looks for first. */
export interface KeyFigure {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

/** What it costs, what users feel, how full it is: the minute's answer. */
export function keyFigures(plan: Plan): KeyFigure[] {
  const { choice, cost, predicted, requirements } = plan;
  const { slo } = requirements;
  const { input, output } = cost.usdPerMillionTokens;
  const latency = (
    label: string,
    figure: Plan['predicted']['ttftP95Seconds'],
    target: number,
  ): KeyFigure => ({
    label,
    value: seconds(figure.expected),
    note: `for 95 of 100 requests; 80% interval ${seconds(figure.low)} to ${seconds(figure.high)}; target ${seconds(target)}`,
  });
  return [
    {
      label: 'Cost a month',
      value: usd(cost.usdPerMonth),
      note: `${choice.market}; a million tokens: input ${usd(input)}, output ${usd(output)}`,
    },
    {
      label: 'Machines',
      value: `${machineCount(plan)} x ${choice.instanceType}`,
      note: `${plural(choice.gpusPerInstance, `${gpuName(choice.gpu)} GPU`)} each, ${choice.region}${plan.scaling.hourlyInstances ? '; by the hour of the day' : ''}`,
    },
    latency('Time to first token', predicted.ttftP95Seconds, slo.ttftP95Seconds),
    latency('Time per output token', predicted.tpotP95Seconds, slo.tpotP95Seconds),
    {
      label: 'Capacity used',
      value: percent(predicted.utilisation),
      note: `${rate(requirements.workload.requestsPerSecond)} of ${rate(predicted.capacityRequestsPerSecondPerReplica * choice.replicas)}; limited by ${limitWords(predicted.limitedBy)}`,
    },
    {
      label: 'How sure',
      value: predicted.basis,
      note: SURENESS[predicted.basis],
    },
  ];
}

const SURENESS: Readonly<Record<Plan['predicted']['basis'], string>> = {
  measured: 'this model was measured on this GPU',
  related: 'this GPU was measured with other models; measure before you rely on it',
  datasheet: 'nothing was measured on this GPU; measure before you rely on it',
};
