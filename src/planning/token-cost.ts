import type { Requirements } from '../requirements/requirements';
import type { Option } from './fleet';
import { significant } from './rounding';
import { meanRequestsPerSecond, SECONDS_PER_MONTH } from './traffic';

/** All of the cost put on input and on output tokens in proportion one to five, the usual ratio of API list prices. */
const OUTPUT_TO_INPUT_PRICE = 5;

export interface TokenCost {
  readonly input: number;
  readonly output: number;
}

function tokenCost(usdPerMonth: number, requestsPerSecond: number, { workload }: Requirements): TokenCost {
  const weighted = workload.inputTokens.mean + OUTPUT_TO_INPUT_PRICE * workload.outputTokens.mean;
  const input = (usdPerMonth / (requestsPerSecond * SECONDS_PER_MONTH * weighted)) * 1e6;
  return { input: significant(input), output: significant(input * OUTPUT_TO_INPUT_PRICE) };
}

/** USD per million tokens at the planned load, the daily pattern included. */
export const costPerMillionTokens = (usdPerMonth: number, r: Requirements): TokenCost =>
  tokenCost(usdPerMonth, meanRequestsPerSecond(r), r);

/** USD per million tokens with every machine at the rate it is sized for, all day. */
export const costPerMillionTokensFullLoad = (
  { cost, instances, replicas, hourlyInstances, capacityRequestsPerSecond, utilisationTarget }: Option,
  r: Requirements,
): TokenCost => {
  const running =
    hourlyInstances === null
      ? instances
      : hourlyInstances.reduce((sum, n) => sum + n, 0) / hourlyInstances.length;
  const full = capacityRequestsPerSecond * utilisationTarget * replicas * (running / instances);
  return tokenCost(cost.usdPerMonth, full, r);
};
