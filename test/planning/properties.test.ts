import { offeringsIn } from '../../src/hardware/offerings';
import { bestByType, explainRejections } from '../../src/planning/explain';
import { atPeak } from '../../src/planning/fleet';
import { machineUsdPerMonth } from '../../src/planning/mix/machines';
import { cheapestOption, openSearch, type Search } from '../../src/planning/search';
import type { RequirementsInput } from '../../src/requirements/input';
import { contextOf, randomInput, seeded } from './random-requirements';
import { OF_TARGETS } from './relaxations';

/** .ci/run asks for 1,000; `npm test` takes fewer. */
const CASES = Number(process.env.PROPERTY_CASES ?? 15);
/** Each is relaxed in eleven ways. */
const BASES = Math.max(CASES, 25);

const usdOf = (search: Search): number =>
  cheapestOption(search)?.cost.usdPerMonth ?? Number.POSITIVE_INFINITY;

/** Relaxations that add candidates, or change what fits. */
const OF_CHOICE: Readonly<Record<string, (input: RequirementsInput) => RequirementsInput>> = {
  'one more region': (input) => ({ ...input, regions: [...input.regions!, 'us-east-2'] }),
  'one more market': (input) => ({ ...input, markets: ['on-demand', 'spot'] }),
  'a lower quality floor': (input) => ({ ...input, qualityFloor: 'int4' }),
  'more engine options': (input) => ({ ...input, sizing: { ...input.sizing, fp8KvCache: true, mtp: true } }),
};

test(
  `${BASES} x ${Object.keys({ ...OF_TARGETS, ...OF_CHOICE }).length + 1} relaxations never raise the best cost`,
  () => {
    const random = seeded(5);
    let served = 0;
    for (let i = 0; i < BASES; i++) {
      const input = randomInput(random);
      const search = openSearch(contextOf(input));
      const base = usdOf(search);
      if (base < Number.POSITIVE_INFINITY) served++;
      const check = (name: string, usd: number): void => {
        if (usd > base)
          throw new Error(`${name} raises the best cost from ${base} to ${usd}: ${JSON.stringify(input)}`);
      };
      for (const [name, relax] of Object.entries(OF_TARGETS)) {
        check(name, usdOf(search.vary(relax(search.context.requirements))));
      }
      const [name, relax] = Object.entries(OF_CHOICE)[i % Object.keys(OF_CHOICE).length]!;
      check(name, usdOf(openSearch(contextOf(relax(input)))));
      const { contextTokens, workload } = search.context.requirements;
      const shortest = Math.ceil(workload.inputTokens.p95 + workload.outputTokens.p95);
      check(
        'a shorter context',
        usdOf(
          openSearch(
            contextOf({ ...input, contextTokens: Math.max(shortest, Math.floor(contextTokens * 0.6)) }),
          ),
        ),
      );
    }
    expect(served).toBeGreaterThan(BASES / 3);
  },
  60_000 + 1500 * BASES,
);

/**
 * Machines beyond the linear ones: the one replica more that rounding asks for, and its part of the reserve. With z zones
 * a fleet of m working machines has m + ceil(m / (z - 1)), so that m' <= t m + 1 gives at most t times as many and 2.
 */
const MORE_MACHINES = { nothing: 1, machine: 1, zone: 2 } as const;

test(
  `${CASES} plans meet their own SLO, and cost grows no faster than load plus one replica`,
  () => {
    const random = seeded(6);
    let served = 0;
    for (let i = 0; i < CASES; i++) {
      const search = openSearch(contextOf(randomInput(random)));
      const times = 1 + 4 * random();
      const option = cheapestOption(search);
      if (option === null) continue;
      served++;
      const { requirements } = search.context;
      const { slo, workload } = requirements;
      const p = atPeak(option, search.context);
      expect(p.ttftP95Seconds).toBeLessThanOrEqual(slo.ttftP95Seconds);
      expect(p.tpotP95Seconds).toBeLessThanOrEqual(slo.tpotP95Seconds);
      const more = cheapestOption(
        search.vary({
          ...requirements,
          workload: { ...workload, requestsPerSecond: times * workload.requestsPerSecond },
        }),
      );
      // More than one group holds.
      if (times * option.instances > 900) continue;
      // A machine all day: where the fleet follows the day, rounding may add one in every hour.
      const each = machineUsdPerMonth({ candidate: option.candidate, fewestUsdPerMonth: 0 }, search.context);
      const allowed =
        times * option.cost.usdPerMonth + MORE_MACHINES[requirements.sizing!.survive] * each + 0.01;
      if (more!.cost.usdPerMonth > allowed)
        throw new Error(
          `${times} times the load: ${option.cost.usdPerMonth} becomes ${more!.cost.usdPerMonth}: ${i} ${option.instances} x ${option.candidate.offer.type.name}, ${JSON.stringify(requirements.sizing)}`,
        );
    }
    expect(served).toBeGreaterThan(CASES / 3);
  },
  60_000 + 500 * CASES,
);

test(
  `${CASES} plans answer for every instance type of their regions`,
  () => {
    const random = seeded(7);
    let served = 0;
    for (let i = 0; i < CASES; i++) {
      const search = openSearch(contextOf(randomInput(random)));
      const chosen = cheapestOption(search);
      if (chosen === null) continue;
      served++;
      const { requirements, catalogue } = search.context;
      const offered = requirements.regions.flatMap((region) =>
        offeringsIn(catalogue, region).map(({ instanceType }) => instanceType),
      );
      const rejections = explainRejections(search, chosen, bestByType(search, chosen));
      for (const { reason } of rejections) {
        expect(reason).toMatch(/^\S.{9,}$/);
        expect(reason).not.toMatch(/undefined|NaN|Infinity|\$-/);
      }
      const answered = [
        chosen.candidate.offer.type.name,
        ...rejections.map(({ instanceType }) => instanceType),
      ];
      expect([...answered].sort()).toEqual([...new Set(offered)].sort());
    }
    expect(served).toBeGreaterThan(CASES / 3);
  },
  60_000 + 800 * CASES,
);
