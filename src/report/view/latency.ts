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

/**
 * What a replay of the planned peak, request by request, found; it is believed where it is slower. Where it is faster, and
 * several replicas share the load, the balancer may be why: here it sees all requests, while a real one has several nodes.
 */
function simulatedWords({ simulated: s, ttftP95Seconds, tpotP95Seconds }: Plan['predicted']): string {
  const { requests, replicas, ttftP95Seconds: ttft, tpotP95Seconds: tpot, goodputShare } = s!;
  const sides = [against(ttft, ttftP95Seconds), ...(tpot === null ? [] : [against(tpot, tpotP95Seconds)])];
  const inside = sides.every((side) => side === 0)
    ? 'inside the intervals above'
    : replicas > 1 && sides.every((side) => side <= 0)
      ? 'faster than the intervals above, which take it that a busy replica gets as many requests as any other'
      : 'outside the intervals above: believe this one';
  return `first token ${seconds(ttft)}${tpot === null ? '' : `, each token ${seconds(tpot)}`}, ${inside}; ${(goodputShare * 100).toFixed(1)}% of ${number(requests)} replayed requests meet both targets`;
}

/** Below an interval -1, within it 0, above it 1. */
const against = (value: number, { low, high }: Interval): number => (value < low ? -1 : value > high ? 1 : 0);

const historyWords = ({
  findingShare,
  cachedShare,
  replicasWithout,
}: NonNullable<Plan['predicted']['history']>): string =>
  `${percent(cachedShare)} of prompt tokens are hits: ${percent(findingShare)} of prompts reach the replica that has their conversation so far; if none did, ${plural(replicasWithout, 'replica')} would be needed`;
