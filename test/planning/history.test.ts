import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { diffPlans } from '../../src/plan/diff';
import type { PlanningContext } from '../../src/planning/candidate';
import { atPeak } from '../../src/planning/fleet';
import { historyHits, historyOf } from '../../src/planning/history';
import { machineUsdPerMonth } from '../../src/planning/mix/machines';
import { makePlan } from '../../src/planning/plan';
import { cheapestOption, openSearch, type Search } from '../../src/planning/search';
import { explainChoice } from '../../src/report/explain';
import type { RequirementsInput } from '../../src/requirements/input';
import { resolveRequirements } from '../../src/requirements/resolve';
import { replay } from '../../src/simulation/simulate';
import { sequencesThatFit } from '../../src/vllm/pool';
import { PRESETS } from '../../src/workload/presets';
import { configOf, fixedLengths } from '../simulation/configs';
import { contextOf, randomInput, seeded } from './random-requirements';
import { OF_TARGETS } from './relaxations';

/** .ci/run asks for 1,000 and 200; `npm test` takes fewer. */
const CASES = Number(process.env.PROPERTY_CASES ?? 4);
const EXHAUSTIVE_CASES = Number(process.env.EXHAUSTIVE_CASES ?? 4);

const usdOf = (search: Search): number =>
  cheapestOption(search)?.cost.usdPerMonth ?? Number.POSITIVE_INFINITY;

/** Random requirements for conversations long enough that history is found, with any share of it in their prompts. */
function conversations(random: () => number): PlanningContext {
  const input = randomInput(random);
  const preset = (['agent', 'agent', 'rag', 'long-document'] as const)[Math.floor(4 * random())]!;
  const sharedPrefixShare = 0.3 * random();
  const historyShare = (1 - sharedPrefixShare) * Math.sqrt(random());
  const ttftP95Seconds = PRESETS[preset].ttftP95Seconds * (0.3 + random());
  return contextOf({
    ...input,
    slo: { ...input.slo, ttftP95Seconds },
    workload: { ...input.workload, preset, sharedPrefixShare, historyShare },
  });
}

const withHistory = (context: PlanningContext, historyShare: number): PlanningContext => ({
  ...context,
  requirements: {
    ...context.requirements,
    workload: { ...context.requirements.workload, historyShare },
  },
});

test(
  `${CASES} loads of conversations: relaxing a requirement, and more history, never raise the best cost`,
  () => {
    const random = seeded(15);
    let cheaper = 0;
    for (let i = 0; i < CASES; i++) {
      const context = conversations(random);
      const search = openSearch(context);
      const base = usdOf(search);
      const check = (name: string, usd: number): void => {
        if (usd > base)
          throw new Error(
            `${i}: ${name} raises the best cost from ${base} to ${usd}: ${JSON.stringify(context.requirements)}`,
          );
      };
      for (const [name, relax] of Object.entries(OF_TARGETS))
        check(name, usdOf(search.vary(relax(context.requirements))));
      const { historyShare = 0, sharedPrefixShare } = context.requirements.workload;
      const more = historyShare + (1 - sharedPrefixShare - historyShare) * random();
      check('more history', usdOf(openSearch(withHistory(context, more))));
      check('slightly more history', usdOf(openSearch(withHistory(context, historyShare + 0.001))));
      const none = usdOf(openSearch(withHistory(context, 0)));
      expect(base).toBeLessThanOrEqual(none);
      if (base < none) cheaper++;
    }
    // Among few cases machines may all come in whole numbers; the plan for conversations below is cheaper in any case.
    if (CASES >= 100) expect(cheaper).toBeGreaterThan(CASES / 10);
  },
  60_000 + 4000 * CASES,
);

test(
  `${CASES} plans for conversations meet their own SLO, and cost no more than load and one replica without history`,
  () => {
    const random = seeded(16);
    let served = 0;
    for (let i = 0; i < CASES; i++) {
      const context = conversations(random);
      const search = openSearch(context);
      const option = cheapestOption(search);
      const times = 1 + 4 * random();
      if (option === null) continue;
      served++;
      const { slo, workload, sizing } = context.requirements;
      const p = atPeak(option, context);
      expect(p.ttftP95Seconds).toBeLessThanOrEqual(slo.ttftP95Seconds);
      expect(p.tpotP95Seconds).toBeLessThanOrEqual(slo.tpotP95Seconds);
      const alone = cheapestOption(openSearch(withHistory(context, 0)))!;
      if (times * alone.instances > 900) continue;
      const requestsPerSecond = times * workload.requestsPerSecond;
      const more = search.vary({ ...context.requirements, workload: { ...workload, requestsPerSecond } });
      const each = machineUsdPerMonth({ candidate: alone.candidate, fewestUsdPerMonth: 0 }, context);
      const reserve = sizing!.survive === 'zone' ? 2 : 1;
      expect(usdOf(more)).toBeLessThanOrEqual(times * alone.cost.usdPerMonth + reserve * each + 0.01);
    }
    expect(served).toBeGreaterThan(CASES / 5);
  },
  60_000 + 2000 * CASES,
);

test(
  `${EXHAUSTIVE_CASES} loads of conversations: bounds change nothing`,
  () => {
    const random = seeded(17);
    const described = (option: ReturnType<typeof cheapestOption>) =>
      option && [
        option.cost.usdPerMonth,
        option.design.key,
        option.instances,
        option.capacityRequestsPerSecond,
      ];
    for (let i = 0; i < EXHAUSTIVE_CASES; i++) {
      const search = openSearch(conversations(random));
      const quick = described(cheapestOption(search));
      expect([i, quick]).toEqual([
        i,
        described(cheapestOption(search.vary(search.context.requirements), {}, true)),
      ]);
    }
  },
  60_000 + 4000 * EXHAUSTIVE_CASES,
);

const chat = contextOf({ model: 'Qwen3.5-9B', workload: { preset: 'chat', sharedPrefixShare: 0.2 } })
  .requirements.workload;
const pool = { pools: 1, sequences: 1000, running: 0, requestsPerSecond: 0.1 };

test('the share of history is that of the prompts that have it, times what they have', () => {
  expect(historyOf(chat)).toBeNull();
  for (const historyShare of [0.1, 0.4, 0.8]) {
    const { laterShare, ofPrompt, lessTokens } = historyOf({ ...chat, thinking: false, historyShare })!;
    expect(laterShare * (ofPrompt - 0.2)).toBeCloseTo(historyShare, 12);
    expect(lessTokens).toBe(chat.outputTokens.mean);
  }
  // All of it: conversations without end.
  expect(historyOf({ ...chat, historyShare: 0.8 })).toMatchObject({ laterShare: 1, ofPrompt: 1 });
  // Thinking is left out of the next prompt: 211 of 1,011 tokens come back.
  expect(historyOf({ ...chat, historyShare: 0.4 })!.lessTokens).toBeCloseTo(211, 9);
});

test('hits are divided by the replicas, and lost where more come between two turns than the pool holds', () => {
  const history = historyOf({ ...chat, historyShare: 0.4 })!;
  const share = (of: Partial<typeof pool>): number => historyHits(history, { ...pool, ...of }).share;
  expect(share({})).toBeCloseTo(history.laterShare, 12);
  for (const pools of [2, 3, 16]) expect(share({ pools })).toBeCloseTo(share({}) / pools, 12);
  // 60 s between turns: 5 requests/s bring 300 others meanwhile, 20 bring 1,200.
  expect(share({ requestsPerSecond: 5 })).toBeCloseTo(history.laterShare * (1 - Math.exp(-1000 / 300)), 12);
  expect(share({ requestsPerSecond: 5, running: 600 })).toBeLessThan(share({ requestsPerSecond: 5 }));
  expect(share({ requestsPerSecond: 5, running: 800 })).toBe(0);
  expect(share({ requestsPerSecond: 20 })).toBe(0);
});

test.each([
  { replicas: 1, blocks: 8000, thinkSeconds: 10 },
  { replicas: 2, blocks: 8000, thinkSeconds: 10 },
  { replicas: 4, blocks: 8000, thinkSeconds: 10 },
  { replicas: 1, blocks: 450, thinkSeconds: 10 },
  { replicas: 2, blocks: 300, thinkSeconds: 10 },
  { replicas: 1, blocks: 600, thinkSeconds: 30 },
])(
  'conversations that are simulated find at least what is counted: $replicas replicas of $blocks blocks, $thinkSeconds s between turns',
  ({ replicas, blocks, thinkSeconds }) => {
    const turns = 6;
    const [newTokens, outputTokens] = [3000, 200];
    const requestsPerSecond = 1.2 * replicas;
    const base = configOf({}, { lengths: fixedLengths(newTokens, outputTokens), replicas, requests: 3000 });
    const { layout } = base.pool;
    const result = replay({
      ...base,
      pool: { layout, blocks },
      prefixes: { kind: 'conversation', turns, followUpTokens: newTokens - outputTokens, thinkSeconds },
      arrivals: { kind: 'poisson', requestsPerSecond },
    });
    const promptTokens = (turn: number): number => turn * newTokens;
    let findable = 0;
    for (let turn = 1; turn < turns; turn++)
      findable += Math.floor((promptTokens(turn) - 1) / layout.blockTokens) * layout.blockTokens;
    const measured = result.tokens.cached / ((3000 / turns) * findable);
    const { share } = historyHits(
      {
        laterShare: 1,
        ofPrompt: 1,
        lessTokens: 0,
        secondsBetween: thinkSeconds + result.e2eSeconds.mean,
      },
      {
        pools: replicas,
        sequences: sequencesThatFit(layout, blocks, promptTokens((turns + 1) / 2) + outputTokens),
        running: result.meanInSystem / replicas,
        requestsPerSecond: requestsPerSecond / replicas,
      },
    );
    expect(measured).toBeGreaterThan(share - 0.01);
    if (thinkSeconds === 30) expect(share).toBe(0);
    else expect(share).toBeGreaterThan(0.2);
  },
);

test('a plan for conversations says what is found, what it spares, and the same for other loads', () => {
  const input = (historyShare: number): RequirementsInput => ({
    model: 'Qwen3.5-35B-A3B',
    workload: { preset: 'agent', requestsPerSecond: 1, sharedPrefixShare: 0.1, historyShare },
    slo: { ttftP95Seconds: 2 },
    regions: ['us-west-2'],
  });
  const planned = (historyShare: number) =>
    makePlan(resolveRequirements(input(historyShare), EMBEDDED_CATALOGUE), { catalogue: EMBEDDED_CATALOGUE });
  const [without, plan] = [planned(0), planned(0.6)];
  expect(plan.cost.usdPerMonth).toBeLessThan(without.cost.usdPerMonth);
  expect(without.predicted.history).toBeUndefined();
  const history = plan.predicted.history!;
  expect(history.replicasWithout).toBeGreaterThan(plan.choice.replicas);
  expect(history.cachedShare).toBeGreaterThan(0.3);
  expect(plan.notes.find((note) => note.startsWith('history: 60% of prompt tokens'))).toContain(
    `the same engine would need ${history.replicasWithout} replicas`,
  );
  expect(explainChoice(plan).join('\n')).toContain(
    `${history.replicasWithout} replicas would be needed without`,
  );
  expect(diffPlans(without, plan).map(({ path }) => path)).toContain('predicted.history');
  // The bill at the planned peak is the plan's own.
  const { cost } = plan.series!;
  const at = cost.find(({ requestsPerSecond }) => requestsPerSecond === 1)!;
  expect(at.usdPerMonth).toBe(plan.cost.usdPerMonth);
  expect(cost.at(-1)!.instances).toBeGreaterThanOrEqual(at.instances);
});

test('what prompts share and their history are parts of one prompt', () => {
  const resolved = (workload: RequirementsInput['workload']) =>
    resolveRequirements(
      {
        model: 'Qwen3.5-35B-A3B',
        workload,
        slo: { ttftP95Seconds: 2, tpotP95Seconds: 0.05 },
      } as RequirementsInput,
      EMBEDDED_CATALOGUE,
    );
  expect(() => resolved({ preset: 'agent', historyShare: 0.6 })).toThrow(
    'workload.historyShare 0.6 and workload.sharedPrefixShare 0.6 (of the preset agent) are more than a whole prompt',
  );
  // Short prompts are all but one token of what the others share: never more than themselves.
  const plan = makePlan(resolved({ preset: 'agent', historyShare: 0.4 }), { catalogue: EMBEDDED_CATALOGUE });
  expect(plan.predicted.history!.cachedShare).toBeGreaterThan(0.6);
  expect(plan.predicted.history!.cachedShare).toBeLessThan(1);

  // And of three tokens on average, some are shorter than one.
  const short = makePlan(resolved({ preset: 'code', inputTokens: 3, outputTokens: 12, historyShare: 0.3 }), {
    catalogue: EMBEDDED_CATALOGUE,
  });
  expect(short.predicted.history!.cachedShare).toBeGreaterThanOrEqual(0);
});
