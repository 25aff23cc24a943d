import { UserError } from '../../src/errors';
import { steadyState } from '../../src/performance/steady-state';
import { decodeStep } from '../../src/performance/step';
import type { SimulationConfig } from '../../src/simulation/config';
import { saturationRequestsPerSecond, simulate } from '../../src/simulation/simulate';
import { ModelStepTimer } from '../../src/simulation/step-timer';
import { parseTrace } from '../../src/simulation/trace';
import { configOf, fixedLengths } from './configs';

describe('simulation and closed form', () => {
  // Caching off or prompts within a block: the closed form knows no cut at the last block boundary.
  test.each([
    ['1000/300', configOf({}), 1000, 300],
    ['200/1000', configOf({}, { lengths: fixedLengths(200, 1000) }), 200, 1000],
    [
      '8000/1000 without prefix caching',
      configOf(
        { prefixCaching: false },
        {
          lengths: fixedLengths(8000, 1000),
          pool: { ...configOf({ prefixCaching: false }).pool, blocks: 4000 },
        },
      ),
      8000,
      1000,
    ],
    ['1000/300 with drafts', configOf({ mtpTokens: 2 }), 1000, 300],
  ])('agree within 5%% in the steady state: %s', (_, config, inputTokens, outputTokens) => {
    const saturation = saturationRequestsPerSecond(config);
    for (const utilisation of [0.5, 0.7]) {
      const requestsPerSecond = utilisation * saturation;
      const result = simulate({
        ...config,
        arrivals: { kind: 'poisson', requestsPerSecond },
        requests: 12_000,
        warmupRequests: 1000,
      });
      const expected = steadyState(config.features, config.coefficients, {
        arrivals: { kind: 'open', requestsPerSecond, spacing: 'poisson' },
        inputTokens,
        outputTokens,
        maxBatch: config.maxNumSeqs,
        maxNumBatchedTokens: config.maxNumBatchedTokens,
      });
      expect(Math.abs(expected.ttftSeconds / result.ttftSeconds.mean - 1)).toBeLessThan(0.05);
      expect(Math.abs(expected.tpotSeconds / result.tpotSeconds!.mean - 1)).toBeLessThan(0.05);
    }
  });

  test('share one step model, which is linear in context as the jumps need', () => {
    const { features, coefficients } = configOf({});
    const timer = new ModelStepTimer(features, coefficients, 256);
    for (const batch of [1, 7, 100, 256]) {
      for (const context of [10, 3000, 200_000]) {
        const step =
          timer.decodeBaseSeconds(batch) + timer.decodeSecondsPerContextToken(batch) * batch * context;
        expect(step / decodeStep(features, coefficients, batch, context).total).toBeCloseTo(1, 12);
      }
    }
  });
});

test('the same configuration gives the same result, another seed another', () => {
  const config = configOf(
    {},
    {
      arrivals: { kind: 'gamma', requestsPerSecond: 8, burstiness: 0.4 },
      replicas: 2,
      slo: { ttftSeconds: 0.1 },
    },
  );
  expect(simulate(config)).toEqual(simulate(config));
  expect(simulate({ ...config, seed: 2 }).e2eSeconds.mean).not.toBe(simulate(config).e2eSeconds.mean);
});

test.each([1, 3])('a result adds up, %d replicas', (replicas) => {
  const slo = { ttftSeconds: 1, tpotSeconds: 0.05, e2eSeconds: 60 };
  const result = simulate(configOf({}, { slo, replicas }));
  expect(result.tokens).toMatchObject({
    input: 2_000_000,
    output: 600_000,
    prefilled: 2_000_000,
    cached: 0,
    lost: 0,
  });
  expect(result.goodput!.share).toBe(1);
  expect(result.e2eSeconds.mean).toBeCloseTo(result.ttftSeconds.mean + 299 * result.tpotSeconds!.mean, 9);
  expect(result.itlSeconds!.mean).toBeCloseTo(result.tpotSeconds!.mean, 9);
  expect(Math.abs(result.itlSeconds!.p50 / result.tpotSeconds!.p50 - 1)).toBeLessThan(0.2);
  expect(result.overTime.points.length).toBeLessThanOrEqual(256);
  const { points, spanSeconds } = result.overTime;
  const last = result.durationSeconds - (points.length - 1) * spanSeconds;
  const kvUse = points.reduce(
    (sum, point, i) => sum + point.kvUse * (i === points.length - 1 ? last : spanSeconds),
    0,
  );
  expect(kvUse / result.durationSeconds).toBeCloseTo(result.kvUseMean, 9);
});

test('steps with prompts are all where answers are one token, and some where they are longer', () => {
  const shares = (outputTokens: number) => {
    const { mixedShare, busyShare } = simulate(configOf({}, { lengths: fixedLengths(1000, outputTokens) }));
    return mixedShare / busyShare;
  };
  expect(shares(1)).toBeCloseTo(1, 12);
  expect(shares(300)).toBeGreaterThan(0);
  expect(shares(300)).toBeLessThan(0.5);
});

test('what is served is what comes, however few requests are replayed on however many replicas', () => {
  const lengths = fixedLengths(500, 800);
  const at = (replicas: number, requests: number) =>
    simulate(
      configOf(
        {},
        { lengths, replicas, requests, arrivals: { kind: 'poisson', requestsPerSecond: 2 * replicas } },
      ),
    );
  const [long, short, wide] = [at(1, 5000), at(1, 60), at(12, 600)];
  for (const { result, replicas } of [
    { result: long!, replicas: 1 },
    { result: short!, replicas: 1 },
    { result: wide!, replicas: 12 },
  ]) {
    expect(result.requestsPerSecond).toBeCloseTo(2 * replicas);
    expect(result.outputTokensPerSecond).toBeCloseTo(1600 * replicas);
    expect(result.utilisation).toBeCloseTo(long!.utilisation, 2);
  }
});

test('burstier arrivals wait longer, drafts and cached prefixes make it faster', () => {
  const rate = { kind: 'gamma', requestsPerSecond: 11 } as const;
  const ttft = (burstiness: number) =>
    simulate(configOf({}, { arrivals: { ...rate, burstiness }, requests: 8000 })).ttftSeconds;
  expect(ttft(0.2).p95).toBeGreaterThan(1.2 * ttft(1).p95);
  expect(simulate(configOf({ mtpTokens: 2 })).tpotSeconds!.mean).toBeLessThan(
    simulate(configOf({})).tpotSeconds!.mean,
  );

  const long = configOf(
    {},
    { lengths: fixedLengths(6000, 100), arrivals: { kind: 'poisson', requestsPerSecond: 2 } },
  );
  const shared = simulate({ ...long, prefixes: { kind: 'shared', common: { share: 0.75 }, groups: 1 } });
  // 4,500 shared tokens are 4 whole blocks of 1,056; the first two requests pay.
  expect(shared.tokens.cached).toBe(1998 * 4 * 1056);
  expect(shared.ttftSeconds.mean).toBeLessThan(simulate(long).ttftSeconds.mean);
});

test('a text that all prompts begin with is as long in long prompts as in short ones', () => {
  const cachedOf = (input: number) =>
    simulate(
      configOf(
        {},
        {
          lengths: fixedLengths(input, 100),
          arrivals: { kind: 'poisson', requestsPerSecond: 1 },
          prefixes: { kind: 'shared', common: { tokens: 4500 }, groups: 1 },
        },
      ),
    ).tokens.cached;
  expect(cachedOf(6000)).toBe(1998 * 4 * 1056);
  expect(cachedOf(18_000)).toBe(1998 * 4 * 1056);
  // Shorter than the text: the end of the first prompt is where the second one's is looked for.
  expect(cachedOf(4000)).toBe(1999 * 3 * 1056);
});

test('a conversation finds the prompt of the turn before in the cache', () => {
  const result = simulate(
    configOf(
      {},
      {
        lengths: fixedLengths(3000, 200),
        prefixes: { kind: 'conversation', turns: 5, followUpTokens: 100, thinkSeconds: 10 },
        arrivals: { kind: 'poisson', requestsPerSecond: 2 },
      },
    ),
  );
  // Prompts of 3000, 3300, ..., 4200 tokens end in blocks 2, 3, 3, 3, 3: each turn finds the last boundary of the one before.
  expect(result.tokens.cached / 400).toBe(1056 * (2 + 3 + 3 + 3));
});

test('requests that outgrow the pool are preempted and still finish', () => {
  const config = configOf(
    { prefixCaching: false },
    { lengths: fixedLengths(500, 3000), arrivals: { kind: 'closed', concurrency: 60 }, requests: 300 },
  );
  const result = simulate({ ...config, pool: { ...config.pool, blocks: 200 } });
  expect(result.preemptions).toBeGreaterThan(10);
  expect(result.tokens.output).toBe(300 * 3000);
  expect(result.tokens.prefilled).toBeGreaterThan(300 * 500);
  expect(result.kvUseMax).toBeLessThanOrEqual(1);
});

test.each<[string, Partial<SimulationConfig>, RegExp]>([
  [
    'a rate beyond capacity',
    { arrivals: { kind: 'poisson', requestsPerSecond: 500 } },
    /rate 500\/s: this engine serves at most [\d.]+ requests/,
  ],
  [
    'NaN',
    { arrivals: { kind: 'poisson', requestsPerSecond: Number.NaN } },
    /rate: NaN is not requests per second above 0/,
  ],
  ['no rate', { arrivals: { kind: 'constant', requestsPerSecond: 0 } }, /rate: 0 is not/],
  [
    'a negative length',
    { lengths: fixedLengths(-5, 10) },
    /input length: -5 is not a whole number of at least 1/,
  ],
  ['no output', { lengths: fixedLengths(5, 0) }, /output length: 0 is not/],
  [
    'a tail no log-normal has',
    {
      lengths: {
        kind: 'independent',
        input: { kind: 'lognormal', mean: 100, p95: 900 },
        output: { kind: 'fixed', tokens: 5 },
      },
    },
    /386 at most/,
  ],
  [
    'lengths beyond the pool',
    { lengths: fixedLengths(2_000_000, 10) },
    /2000010 tokens of prompt and output exceed the 15\d+ that this engine holds/,
  ],
  [
    'a length besides a trace',
    {
      arrivals: {
        kind: 'trace',
        trace: parseTrace('{"timestamp":0,"input_tokens":4,"output_tokens":2}', 't'),
      },
    },
    /a trace brings its own lengths/,
  ],
  [
    'a small token budget',
    { maxNumBatchedTokens: 100 },
    /max-num-batched-tokens 100 is less than the 256 tokens/,
  ],
  [
    'a trace too long for the engine',
    {
      maxModelLen: 50,
      lengths: null,
      arrivals: {
        kind: 'trace',
        trace: parseTrace('{"timestamp":0,"input_tokens":49,"output_tokens":2}', 't'),
      },
    },
    /trace line 1: 51 tokens/,
  ],
])('%s is refused in one line', (_, changes, message) => {
  const run = () => simulate(configOf({}, changes));
  expect(run).toThrow(UserError);
  expect(run).toThrow(message);
});
