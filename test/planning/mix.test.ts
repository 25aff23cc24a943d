import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { parsePlan, serializePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { tryDraft } from '../../src/planning/draft';
import { insteadQuestion } from '../../src/planning/mix/instead';
import { bestMix, mixProblem } from '../../src/planning/mix/mix';
import { requirementsOf } from '../../src/planning/mix/pools';
import { mixQuestion, withMix } from '../../src/planning/mix/propose';
import { sizeRanges } from '../../src/planning/mix/size-ranges';
import { NoFleetError } from '../../src/planning/no-fleet';
import { makePlan } from '../../src/planning/plan';
import { cheapestOption, openSearch, type Search } from '../../src/planning/search';
import { readRequirements } from '../../src/requirements/document';
import { resolveRequirements } from '../../src/requirements/resolve';
import { contextOf, randomInput, seeded } from './random-requirements';
import { solver } from './solver';

const resolved = (text: string) =>
  resolveRequirements(readRequirements({ name: 'x', text }, []), EMBEDDED_CATALOGUE);
const mixedPlan = async (text: string): Promise<Plan> =>
  makePlan(resolved(text), { catalogue: EMBEDDED_CATALOGUE, solver: await solver() });

/** .ci/run asks for more; each solves integer programs. */
const CASES = Number(process.env.MIX_CASES ?? 3);

describe('sizes', () => {
  const lengths = { mean: 2000, p95: 6000 };

  test('short and long prompts together are the workload', () => {
    const [, short, long] = sizeRanges(lengths);
    expect(short!.share + long!.share).toBe(1);
    expect(short!.share * short!.inputTokens.mean + long!.share * long!.inputTokens.mean).toBeCloseTo(
      2000,
      1,
    );
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

test(
  `${CASES} random requirements: a mix is made of fleets that the search confirms, and no bound hides one`,
  async () => {
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
      if (mix !== null && mix.usdPerMonth < usd * 0.9)
        expect(strictly?.usdPerMonth).toBeCloseTo(mix.usdPerMonth, 1);
      if (mix === null || mix.usdPerMonth >= usd) continue;
      mixes++;
      for (const { option, requirements } of mix.fleets) {
        const own = openSearch({ ...search.context, requirements });
        const alone = cheapestOption(own);
        // Planned by itself, the fleet is as cheap or cheaper: the program's capacities are the search's.
        expect(alone!.cost.usdPerMonth).toBeLessThanOrEqual(option.cost.usdPerMonth + 0.05);
      }
    }
    expect(mixes).toBeGreaterThanOrEqual(CASES > 15 ? 1 : 0);
  },
  120_000 + 4000 * CASES,
);

/** The best cost in closed form, over single fleets and mixes. */
async function bestUsd(search: Search): Promise<number> {
  const single = cheapestOption(search)?.cost.usdPerMonth ?? Number.POSITIVE_INFINITY;
  const problem = single === Number.POSITIVE_INFINITY ? null : mixProblem(search, single);
  const mix = problem === null ? null : bestMix(problem, await solver());
  return Math.min(single, mix?.usdPerMonth ?? Number.POSITIVE_INFINITY);
}

test(
  `${CASES} relaxations never raise the best cost, mixes included`,
  async () => {
    const random = seeded(78);
    for (let i = 0; i < CASES; i++) {
      const input = randomInput(random);
      const search = openSearch(contextOf(input));
      const { requirements: r } = search.context;
      const base = await bestUsd(search);
      const relaxed = [
        {
          ...r,
          slo: { ttftP95Seconds: r.slo.ttftP95Seconds * 1.3, tpotP95Seconds: r.slo.tpotP95Seconds * 1.3 },
        },
        { ...r, workload: { ...r.workload, requestsPerSecond: r.workload.requestsPerSecond * 0.8 } },
        { ...r, confidence: 0.5 },
      ][i % 3]!;
      const looser = await bestUsd(search.reshape(relaxed));
      // Cents are rounded fleet by fleet.
      if (looser > base + 0.03)
        throw new Error(`relaxed, ${base} becomes ${looser}: ${i} ${JSON.stringify(input)}`);
    }
  },
  120_000 + 4000 * CASES,
);

/** A little more than one p5.48xlarge holds: two of them, or a g7e.48xlarge beside one. */
const JUST_TOO_MUCH =
  'model: Qwen3.5-397B-A17B\ncheckpoint: fp8\ninstanceTypes: { allow: [p5.48xlarge, g7e.48xlarge] }\nworkload: { requestsPerSecond: 6.5 }\n';

describe('a proposed mix', () => {
  let plan: Plan;
  beforeAll(async () => {
    plan = await mixedPlan(JUST_TOO_MUCH);
  });

  test('saves a tenth or more as built, and says so in the summary', () => {
    const { mix, cost, bestCost, summary } = plan;
    expect(mix).toMatchObject({ proposed: true });
    expect(mix!.savesShare).toBeGreaterThanOrEqual(0.1);
    const sum = mix!.fleets.reduce((total, { option }) => total + option.usdPerMonth, 0);
    expect(mix!.usdPerMonth).toBeCloseTo(sum, 1);
    expect(cost.usdPerMonth - mix!.usdPerMonth).toBeCloseTo(mix!.savesUsdPerMonth, 1);
    expect(bestCost!.usdPerMonth).toBeLessThanOrEqual(mix!.usdPerMonth);
    expect(summary).toMatch(/A mix of fleets saves \d+%: /);
    expect(parsePlan(serializePlan(plan), 'x')).toEqual(plan);
  });

  test('serves all requests between its fleets, each with a name of its own', () => {
    const { fleets, routing } = plan.mix!;
    expect(fleets.reduce((sum, fleet) => sum + fleet.requestShare, 0)).toBeCloseTo(1, 3);
    expect(fleets.reduce((sum, fleet) => sum + fleet.requestsPerSecond, 0)).toBeCloseTo(6.5, 3);
    expect(fleets.map(({ name }) => name).sort()).toEqual([
      'qwen3-5-397b-a17b-base',
      'qwen3-5-397b-a17b-peak',
    ]);
    expect(routing).toMatch(/by weight \(.*\); each fleet is a service with a front door of its own/);
  });

  test('is not looked for where the user wants one fleet', async () => {
    const one = await mixedPlan(`${JUST_TOO_MUCH}sizing: { mixedFleets: false }`);
    expect(one.mix).toBeUndefined();
  });
});

describe('a mix that is not proposed', () => {
  test('counts for the best cost where it saves less than a tenth, and says so', async () => {
    const { bestCost, mix, cost } = await mixedPlan(
      'model: Qwen3.5-122B-A10B\ninstanceTypes: { allow: [p5.48xlarge, p5en.48xlarge] }\nworkload: { requestsPerSecond: 48 }',
    );
    expect(mix).toBeUndefined();
    expect(bestCost!.usdPerMonth).toBeLessThan(cost.usdPerMonth);
    expect(bestCost!.usdPerMonth).toBeGreaterThan(cost.usdPerMonth * 0.9);
    expect(bestCost!.mix).toEqual({
      machines: '1 x p5.48xlarge and 2 x p5en.48xlarge',
      whyNot: expect.stringMatching(/^it saves \d\.\d%, and .* only where they save a tenth$/),
    });
  });

  test('moves aside when a fleet does not hold, with that as its reason, and the next one is tried', async () => {
    const draft = tryDraft(resolved(JUST_TOO_MUCH), { catalogue: EMBEDDED_CATALOGUE });
    if (draft instanceof NoFleetError) throw draft;
    const problem = mixQuestion(draft)!;
    const tried: string[] = [];
    const { plan, fleets } = withMix(draft, problem, await solver(), ({ requirements }) => {
      tried.push(requirements.instanceTypes.allow.join());
      return { ok: false, reason: `${tried.at(-1)}: simulated: TTFT p95 9 s, wanted 1 s` };
    });
    expect(fleets).toEqual([]);
    expect(plan.mix).toBeUndefined();
    expect(plan.bestCost!.mix!.whyNot).toMatch(
      /^its fleet qwen3-5-397b-a17b-(base|peak) does not hold: (p5|g7e)\.48xlarge: simulated: TTFT p95 9 s/,
    );
    // Each mix tried is without the machines that failed before it.
    expect(new Set(tried).size).toBe(tried.length);
  });
});

describe('where no single fleet does', () => {
  const quotas = (g: number, p: number) =>
    `model: Qwen3.5-397B-A17B\ncheckpoint: fp8\ninstanceTypes: { allow: [p5.48xlarge, g7e.48xlarge] }\nworkload: { requestsPerSecond: 6.5 }\nsizing: { quotaVcpus: { L-DB2E81BA: ${g}, L-417A185B: ${p} } }`;

  test('two quotas that are each too small for the load hold it together: told with its price', async () => {
    await expect(mixedPlan(quotas(192, 192))).rejects.toThrow(
      /^no plan for .* quota L-.*; a mix of fleets does it for \$[\d,]+ a month, .*1 x (p5|g7e)\.48xlarge.*: --mixed plans each of them$/,
    );
  });

  test('and where they do not, only the nearest miss is told', async () => {
    await expect(mixedPlan(quotas(192, 0))).rejects.toThrow(/^no plan for ((?!mix).)*$/);
  });

  test('what no machine serves even at idle, no mix is tried for', () => {
    const draft = tryDraft(resolved('model: Qwen3.5-9B\nslo: { ttftP95Seconds: 0.01 }'), {
      catalogue: EMBEDDED_CATALOGUE,
    });
    expect(draft).toBeInstanceOf(NoFleetError);
    expect(insteadQuestion(draft as NoFleetError)).toBeNull();
  });
});

test('base and peak: a capacity block that is always paid for, and machines on demand by day', async () => {
  const factors = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 20 ? 1 : 0.3));
  const { mix, cost } = await mixedPlan(
    `model: Qwen3.5-397B-A17B
checkpoint: fp8
instanceTypes: { allow: [p5en.48xlarge] }
markets: [on-demand, capacity-block]
workload: { requestsPerSecond: 25 }
sizing: { hourlyFactors: [${factors.join(', ')}] }`,
  );
  expect(mix!.usdPerMonth).toBeLessThan(cost.usdPerMonth);
  const [base, peak] = [...mix!.fleets].sort((a, b) => (a.option.market < b.option.market ? -1 : 1));
  expect(base!.option.market).toBe('capacity-block');
  expect(new Set(base!.hourlyInstances)).toEqual(new Set([base!.option.instances]));
  // On demand from the hour before the day's load until it ends.
  expect(peak!.hourlyInstances!.map((n) => n > 0)).toEqual(factors.map((_, hour) => hour >= 7 && hour < 20));
  expect(mix!.routing).toContain('at other hours by the machines that run');
});

test('the program finds what trying all pairs of numbers of machines finds', async () => {
  const input = readRequirements({ name: 'x', text: JUST_TOO_MUCH }, []);
  const search = openSearch(
    contextOf({ ...input, workload: { requestsPerSecond: 12, inputTokens: { mean: 1155, p95: 1155 } } }),
  );
  const single = cheapestOption(search)!;
  const problem = mixProblem(search, single.cost.usdPerMonth * 2)!;
  const { pools } = problem.regions[0]!;
  expect(pools).toHaveLength(1);
  const { machines } = pools[0]!;
  expect(machines.length).toBeGreaterThan(1);
  const cheapest = { usd: Number.POSITIVE_INFINITY, counts: '' };
  for (const a of machines)
    for (const b of machines)
      for (let n = 1; n <= 12 && a !== b; n++)
        for (let m = 1; m <= 12; m++) {
          const usd = n * a.usdPerMonth + m * b.usdPerMonth;
          if (n * a.requestsPerSecond + m * b.requestsPerSecond >= 12 && usd < cheapest.usd) {
            const counted = [
              `${n} x ${a.prospect.candidate.offer.type.name}`,
              `${m} x ${b.prospect.candidate.offer.type.name}`,
            ];
            Object.assign(cheapest, { usd, counts: counted.sort().join() });
          }
        }
  const mix = bestMix(problem, await solver())!;
  const found = mix.fleets.map(({ option }) => `${option.instances} x ${option.candidate.offer.type.name}`);
  expect(found.sort().join()).toBe(cheapest.counts);
});
