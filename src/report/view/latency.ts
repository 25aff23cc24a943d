import type { Basis, Interval, Plan } from '../../plan/schema';
import { interval, number, percent, plural, rate, seconds } from '../format';
import type { Fact } from './section';

export const BASIS: Readonly<Record<Basis, string>> = {
  measured: 'measured: this model on this GPU is in the data',
  related: 'related: this GPU was measured with other models',
  datasheet: "datasheet: nothing was measured on this GPU, only its maker's figures are known",
};

const LIMITS: Readonly<Record<string, string>> = {
  'TTFT p95': 'time to first token',
  'TPOT p95': 'time per output token',
  'sequences that fit': 'memory for running requests',
  'the simulation': 'the replay of requests',
};

/** What a fleet runs out of first. */
export const limitWords = (limitedBy: string): string => LIMITS[limitedBy] ?? limitedBy;

/** What users will feel, what limits it, and what that rests on. */
export function latencyFacts({ predicted, requirements, choice }: Plan): Fact[] {
  const { slo, confidence } = requirements;
  const holds = predicted.capacityRequestsPerSecondPerReplica * choice.replicas;
  return [
    [
      'first token (TTFT)',
      `${interval(predicted.ttftP95Seconds, seconds)}; target ${seconds(slo.ttftP95Seconds)}`,
    ],
    [
      'each token (TPOT)',
      `${interval(predicted.tpotP95Seconds, seconds)}; target ${seconds(slo.tpotP95Seconds)}`,
    ],
    [
      'limit',
      `${limitWords(predicted.limitedBy)}: both targets hold up to ${rate(holds)} (${percent(confidence)} confidence), of which the load uses ${percent(predicted.utilisation)}`,
    ],
    [
      'concurrency',
      `${number(predicted.concurrencyPerReplica)} requests in flight on a replica; ${number(predicted.outputTokensPerSecond.expected)} output tokens/s in all`,
    ],
    ...(predicted.simulated === undefined ? [] : [['simulated', simulatedWords(predicted)] as const]),
    ...(predicted.history === undefined ? [] : [['prefix cache', historyWords(predicted.history)] as const]),
    ['rests on', BASIS[predicted.basis]],
  ];
}

/** What a replay of the planned peak, request by request, found; it is believed where it differs. */
function simulatedWords({ simulated: s, ttftP95Seconds, tpotP95Seconds }: Plan['predicted']): string {
  const { requests, ttftP95Seconds: ttft, tpotP95Seconds: tpot, goodputShare } = s!;
  const inside =
    within(ttft, ttftP95Seconds) && (tpot === null || within(tpot, tpotP95Seconds))
      ? 'inside the intervals above'
      : 'outside the intervals above: believe this one';
  return `first token ${seconds(ttft)}${tpot === null ? '' : `, each token ${seconds(tpot)}`}, ${inside}; ${(goodputShare * 100).toFixed(1)}% of ${number(requests)} replayed requests meet both targets`;
}

const within = (value: number, { low, high }: Interval): boolean => value >= low && value <= high;

const historyWords = ({
  findingShare,
  cachedShare,
  replicasWithout,
}: NonNullable<Plan['predicted']['history']>): string =>
  `${percent(cachedShare)} of prompt tokens are hits: ${percent(findingShare)} of prompts reach the replica that has their conversation so far; if none did, ${plural(replicasWithout, 'replica')} would be needed`;
