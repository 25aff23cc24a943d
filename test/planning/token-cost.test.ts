import hosted from '../../src/planning/data/hosted-apis.json';
import { planOf } from '../golden/cases';

/** Mean rate in tokens, and USD a month, of plans with lengths that are easy to reckon with. */
const LENGTHS = 'inputTokens: { mean: 2000, p95: 2000 }, outputTokens: { mean: 500, p95: 500 }';
const half = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 1 : 0.5)).join(', ');
const SECONDS_PER_MONTH = 730 * 3600;

describe('a million tokens', () => {
  // An output token costs five times an input token: a request is as dear as 2,000 + 5 x 500 input tokens.
  const perMillion = (usdPerMonth: number, requestsPerSecond: number): number =>
    (usdPerMonth / (requestsPerSecond * SECONDS_PER_MONTH * 4500)) * 1e6;

  test('cost the bill over the tokens of the planned load, the pattern of its day included', () => {
    const plan = planOf(
      `model: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: 4, ${LENGTHS} }\nsizing: { hourlyFactors: [${half}] }`,
    );
    const { usdPerMonth, usdPerMillionTokens: cost } = plan.cost;
    expect(cost.input / perMillion(usdPerMonth, 0.75 * 4)).toBeCloseTo(1, 3);
    expect(cost.output / cost.input).toBeCloseTo(5, 2);
  });

  test('cost less where every machine that runs serves what it is sized for, all day', () => {
    const plan = planOf(
      `model: Qwen3.5-35B-A3B\nregions: [us-west-2]\ninstanceTypes: { allow: [g6e] }\nworkload: { requestsPerSecond: 40, ${LENGTHS} }\nsizing: { hourlyFactors: [${half}] }`,
    );
    const { predicted, choice, scaling, cost } = plan;
    const hours = scaling.hourlyInstances!;
    const running = hours.reduce((sum, n) => sum + n, 0) / hours.length;
    expect(running).toBeLessThan(choice.instances);
    const { capacityRequestsPerSecondPerReplica: capacity } = predicted;
    const served = capacity * 0.7 * choice.replicasPerInstance * running;
    expect(cost.usdPerMillionTokensFullLoad!.input / perMillion(cost.usdPerMonth, served)).toBeCloseTo(1, 2);
  });
});

test('an API that sells cached input for less bills the shared prefix so, others bill it as any', () => {
  const plan = planOf(
    `model: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: 4, sharedPrefixShare: 0.4, ${LENGTHS} }`,
  );
  const apis = hosted.apis.filter(({ serves }) => serves === 'Qwen3.5-35B-A3B');
  expect(apis.some(({ cachedInputUsdPerMillion }) => cachedInputUsdPerMillion !== null)).toBe(true);
  expect(apis.some(({ cachedInputUsdPerMillion }) => cachedInputUsdPerMillion === null)).toBe(true);
  for (const { name, inputUsdPerMillion: full, cachedInputUsdPerMillion, outputUsdPerMillion } of apis) {
    const input = 0.4 * (cachedInputUsdPerMillion ?? full) + 0.6 * full;
    const usd = (4 * SECONDS_PER_MONTH * (2000 * input + 500 * outputUsdPerMillion)) / 1e6;
    const { apiUsdPerMonth } = plan.breakEven!.find(({ api }) => api === name)!;
    expect(apiUsdPerMonth / usd).toBeCloseTo(1, 3);
  }
});
