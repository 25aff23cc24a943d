import type { PlanningContext } from '../../src/planning/candidate';
import { atPeak } from '../../src/planning/fleet';
import { cheapestOption, openSearch, type Search } from '../../src/planning/search';
import type { RequirementsInput } from '../../src/requirements/input';
import { contextOf, randomInput, seeded } from './random-requirements';

const BASES = 120;
type Requirements = PlanningContext['requirements'];

const usdOf = (search: Search): number =>
  cheapestOption(search)?.cost.usdPerMonth ?? Number.POSITIVE_INFINITY;

/** Relaxations that leave candidates and predictions as they are. */
const OF_TARGETS: Readonly<Record<string, (r: Requirements) => Requirements>> = {
  'a looser TPOT': (r) => ({ ...r, slo: { ...r.slo, tpotP95Seconds: r.slo.tpotP95Seconds * 1.3 } }),
  'a looser TTFT': (r) => ({ ...r, slo: { ...r.slo, ttftP95Seconds: r.slo.ttftP95Seconds * 1.3 } }),
  'a hundredth looser': (r) => ({
    ...r,
    slo: { ttftP95Seconds: r.slo.ttftP95Seconds * 1.01, tpotP95Seconds: r.slo.tpotP95Seconds * 1.01 },
  }),
  'less confidence': (r) => ({ ...r, confidence: r.confidence * 0.9 }),
  'fewer requests': (r) => ({
    ...r,
    workload: { ...r.workload, requestsPerSecond: r.workload.requestsPerSecond * 0.7 },
  }),
  'slightly fewer requests': (r) => ({
    ...r,
    workload: { ...r.workload, requestsPerSecond: r.workload.requestsPerSecond * 0.99 },
  }),
  'fewer replicas': (r) => ({ ...r, minReplicas: 1 }),
  'no reserve': (r) => ({ ...r, sizing: { ...r.sizing!, survive: 'nothing' } }),
  'a savings plan': (r) => ({ ...r, sizing: { ...r.sizing!, savingsPlanDiscount: 0.3 } }),
};

/** Relaxations that add candidates, or change what fits. */
const OF_CHOICE: Readonly<Record<string, (input: RequirementsInput) => RequirementsInput>> = {
  'one more region': (input) => ({ ...input, regions: [...input.regions!, 'us-east-2'] }),
  'one more market': (input) => ({ ...input, markets: ['on-demand', 'spot'] }),
  'a lower quality floor': (input) => ({ ...input, qualityFloor: 'int4' }),
  'more engine options': (input) => ({ ...input, sizing: { ...input.sizing, fp8KvCache: true, mtp: true } }),
};

test(`${BASES} x ${Object.keys({ ...OF_TARGETS, ...OF_CHOICE }).length + 1} relaxations never raise the best cost`, () => {
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
}, 120_000);

test('the cheapest plan meets its own SLO at its own load, and cost grows no faster than load', () => {
  const random = seeded(6);
  for (let i = 0; i < 40; i++) {
    const search = openSearch(contextOf(randomInput(random)));
    const option = cheapestOption(search);
    if (option === null) continue;
    const { slo, workload } = search.context.requirements;
    const p = atPeak(option, search.context);
    expect(p.ttftP95Seconds).toBeLessThanOrEqual(slo.ttftP95Seconds);
    expect(p.tpotP95Seconds).toBeLessThanOrEqual(slo.tpotP95Seconds);
    const twice = cheapestOption(
      search.vary({
        ...search.context.requirements,
        workload: { ...workload, requestsPerSecond: 2 * workload.requestsPerSecond },
      }),
    );
    // Twice the load is served by the same machines in twice the number, one more for rounding and the reserve.
    const each = option.cost.usdPerMonth / option.instances;
    expect(twice!.cost.usdPerMonth).toBeLessThanOrEqual(2 * option.cost.usdPerMonth + 2 * each);
  }
}, 60_000);
