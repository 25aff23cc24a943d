import type { Plan, PlanOption } from '../plan/schema';
import { number, percent, plural, seconds, usd } from './format';
import { limitWords } from './view/latency';
import { mixLines } from './view/mix';

/** Why the chosen machines: what the decision rests on, in sentences. */
export function explainChoice(plan: Plan): string[] {
  const { choice, predicted, bestCost, pareto = [], requirements } = plan;
  const cheaper = plan.rejected.filter(({ filter }) => filter !== 'cost').length;
  const { simulated } = predicted;
  return [
    `${choice.instances} x ${choice.instanceType} is ${bestCost?.whyNot ? 'recommended' : 'the cheapest'} over all instance types, precisions, layouts and engine settings that meet TTFT p95 ${seconds(requirements.slo.ttftP95Seconds)} and TPOT p95 ${seconds(requirements.slo.tpotP95Seconds)} at ${Math.round(requirements.confidence * 100)}% confidence.`,
    ...(bestCost?.whyNot
      ? [`The cheapest is ${optionText(bestCost.option)}; not taken: ${bestCost.whyNot}.`]
      : []),
    `One replica holds ${predicted.capacityRequestsPerSecondPerReplica} requests/s and is limited by ${limitWords(predicted.limitedBy)}; the plan uses ${Math.round(predicted.utilisation * 100)}% of it.`,
    ...(simulated === undefined
      ? []
      : [
          `${number(simulated.requests)} simulated requests at the peak: TTFT p95 ${seconds(simulated.ttftP95Seconds)}, ${(simulated.goodputShare * 100).toFixed(1)}% within both targets.`,
        ]),
    ...historyLines(plan),
    `${plural(cheaper, 'instance type')} cannot serve this; ${plural(plan.rejected.length - cheaper, 'instance type')} could, at a higher cost.`,
    ...mixLines(plan),
    ...(pareto.length > 1
      ? [`Nothing beats these in cost, latency and headroom at once: ${pareto.map(optionText).join('; ')}.`]
      : []),
    ...Object.entries(plan.engine.reasons).map(([setting, reason]) => `${setting}: ${reason}.`),
  ];
}

/** What conversations find of what was said before, where the workload says that there is any. */
function historyLines({ predicted: { history }, choice: { replicas } }: Plan): string[] {
  if (history === undefined) return [];
  const { findingShare, cachedShare, replicasWithout } = history;
  return [
    `${percent(findingShare)} of prompts find their conversation in the cache, and ${percent(cachedShare)} of prompt tokens are hits; ${replicasWithout === replicas ? 'as many replicas' : plural(replicasWithout, 'replica')} would be needed without.`,
  ];
}

const optionText = (o: PlanOption): string =>
  `${o.instances} x ${o.instanceType} ${o.checkpoint}${o.extras && o.extras.length > 0 ? ` with ${o.extras.join(' and ')}` : ''} (${usd(o.usdPerMonth)} a month, TTFT p95 ${seconds(o.ttftP95Seconds.expected)}, TPOT p95 ${seconds(o.tpotP95Seconds.expected)})`;

/** Why not an instance type: null when the plan does not know it. */
export function explainType(plan: Plan, instanceType: string): string[] | null {
  if (plan.choice.instanceType === instanceType) return explainChoice(plan);
  const rejection = plan.rejected.find((candidate) => candidate.instanceType === instanceType);
  if (rejection === undefined) return null;
  const { checkpoint, filter, reason } = rejection;
  const alternative = plan.alternatives.find(({ option }) => option.instanceType === instanceType);
  return [
    `${instanceType}${checkpoint ? ` with ${checkpoint}` : ''} was stopped by ${filter}: ${reason}.`,
    ...(alternative
      ? [
          `The plan's ${alternative.kind} choice is ${optionText(alternative.option)}: ${alternative.tradeOff}.`,
        ]
      : []),
  ];
}
