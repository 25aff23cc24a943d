import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { parsePlan, serializePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { bestMix, mixProblem } from '../../src/planning/mix/mix';
import { requirementsOf } from '../../src/planning/mix/pools';
import { sizeRanges } from '../../src/planning/mix/size-ranges';
import { makePlan } from '../../src/planning/plan';
import { cheapestOption, openSearch } from '../../src/planning/search';
import { readRequirements } from '../../src/requirements/document';
import { resolveRequirements } from '../../src/requirements/resolve';
import { contextOf, randomInput, seeded } from './random-requirements';
import { solver } from './solver';

const resolved = (text: string) =>
  resolveRequirements(readRequirements({ name: 'x', text }, []), EMBEDDED_CATALOGUE);
const mixedPlan = async (text: string): Promise<Plan> =>
  makePlan(resolved(text), { catalogue: EMBEDDED_CATALOGUE, solver: await solver() });

const CASES = Number(process.env.MIX_CASES ?? 25);

describe('sizes', () => {
  const lengths = { mean: 2000, p95: 6000 };

  test('short and long prompts together are the workload', () => {
    const [, short, long] = sizeRanges(lengths);
    expect(short!.share + long!.share).toBe(1);
    expect(short!.share * short!.inputTokens.mean + long!.share * long!.inputTokens.mean).toBeCloseTo(2000, 1);
    expect(short!.toTokens).toBe(long!.fromTokens);
    expect(short!.inputTokens.p95).toBeLessThanOrEqual(short!.toTokens!);
    // 95% of the upper half is the 97.5th percentile of all.
    expect(long!.inputTokens.p95).toBeGreaterThan(lengths.p95);
  });

  test('prompts of one length are not divided', () => {
    expect(sizeRanges({ mean: 500, p95: 500 })).toHaveLength(1);
  });

  test('a part keeps the shared prefix in tokens, and gets a context that fits it', () => {
    const { requirements } = resolved(
      'model: Qwen3.5-9B\ncontextTokens: 262144\nworkload: { inputTokens: { mean: 8000, p95: 30000 }, sharedPrefixShare: 0.1 }',
    );
    const [, short, long] = sizeRanges(requirements.workload.inputTokens).map((range) =>
      requirementsOf(range, requirements),
    );
    expect(short!.workload.sharedPrefixShare * short!.workload.inputTokens.mean).toBeCloseTo(800, 3);
    expect(short!.contextTokens).toBeLessThan(long!.contextTokens);
    expect(long!.contextTokens).toBe(262144);
  });
});

test(`${CASES} random requirements: a mix is made of fleets that serve, and is dearer than no bound of it`, async () => {
  const highs = await solver();
  const random = seeded(77);
  let mixes = 0;
  for (let i = 0; i < CASES; i++) {
    const input = randomInput(random);
    const search = openSearch(contextOf(input));
    const best = cheapestOption(search);
    if (best === null) continue;
    const usd = best.cost.usdPerMonth;
    const problem = mixProblem(search, usd);
    const mix = problem === null ? null : bestMix(problem, highs);
    // A stricter question has the same answer, or none where the answer does not meet it.
    const strict = mixProblem(search, usd * 0.9);
    const strictly = strict === null ? null : bestMix(strict, highs);
    if (mix !== null && mix.usdPerMonth < usd * 0.9) expect(strictly?.usdPerMonth).toBeCloseTo(mix.usdPerMonth, 1);
    if (mix === null || mix.usdPerMonth >= usd) continue;
    mixes++;
    for (const { option, requirements } of mix.fleets) {
      const own = openSearch({ ...search.context, requirements });
      const alone = cheapestOption(own);
      // Planned by itself, the fleet is as cheap or cheaper: the program's capacities are the search's.
      expect(alone!.cost.usdPerMonth).toBeLessThanOrEqual(option.cost.usdPerMonth + 0.05);
    }
  }
  expect(mixes).toBeGreaterThan(0);
}, 300_000);

/** One H100, or a machine of eight: what a load needs is rarely a multiple of eight. */
const H100S =
  'model: Qwen3.5-122B-A10B\ncheckpoint: fp8\ninstanceTypes: { allow: [g7e] }\nsizing: { mtp: false, fp8KvCache: false }\n';

test('the program finds what trying all pairs of numbers of machines finds', async () => {
  const search = openSearch(contextOf({ ...readRequirements({ name: 'x', text: H100S }, []), workload: { requestsPerSecond: 9, inputTokens: { mean: 1000, p95: 1000 } } }));
  const best = cheapestOption(search)!;
  const problem = mixProblem(search, best.cost.usdPerMonth * 2)!;
  const [{ pools }] = problem.regions as [(typeof problem.regions)[number]];
  expect(pools).toHaveLength(1);
  const { machines, trafficUsdPerMonth } = pools[0]!;
  const fixed = 19.13 - 2.7 + 32.85;
  let cheapest = Number.POSITIVE_INFINITY;
  for (const a of machines)
    for (const b of machines)
      for (let n = 1; n <= 12 && a !== b; n++)
        for (let m = 1; m <= 12; m++)
          if (n * a.requestsPerSecond + m * b.requestsPerSecond >= 9)
            cheapest = Math.min(cheapest, n * a.usdPerMonth + m * b.usdPerMonth);
  const mix = bestMix(problem, await solver());
  const machinesUsd = mix === null ? Number.POSITIVE_INFINITY : mix.usdPerMonth - trafficUsdPerMonth - 2 * fixed;
  if (mix === null) expect(best.cost.usdPerMonth).toBeLessThan(cheapest + trafficUsdPerMonth + 2 * 60);
  else expect(machinesUsd / cheapest).toBeCloseTo(1, 2);
});
