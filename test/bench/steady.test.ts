import { compare } from '../../src/bench/compare';
import { engineModel, setupOf } from '../../src/bench/model';
import type { Outcome } from '../../src/bench/outcome';
import { Recorder } from '../../src/bench/recorder';
import type { Point } from '../../src/bench/result';
import { plannedLoad, usualWarmUpSeconds } from '../../src/bench/run';
import { suspectsOf } from '../../src/bench/suspects';
import { RandomStream } from '../../src/simulation/random';
import { makePlan } from '../stacks/make-plan';
import { blankPoint } from './points';

const SLOTS = 64;
/** A step of a batch, seconds: full, 64 answers of 1,000 tokens take 1,000 steps of 28 ms, 2.3 a second. */
const stepSeconds = (batch: number): number => 0.012 + 0.00025 * batch;
const MEAN_TOKENS = 1000;
const CAPACITY = SLOTS / (MEAN_TOKENS * stepSeconds(SLOTS));

interface Run {
  readonly requestsPerSecond: number;
  readonly seed: number;
  readonly durationSeconds: number;
  readonly warmUpSeconds: number;
  readonly requests?: number;
}

/** What a benchmark of an engine of so many slots sees, whose answers are a thousand tokens on average, log-normal. */
function measured({
  requestsPerSecond,
  seed,
  durationSeconds,
  warmUpSeconds,
  requests = Infinity,
}: Run): Point {
  const random = new RandomStream(seed, 0);
  const waiting: { at: number; tokens: number }[] = [];
  for (let at = 0; waiting.length < requests; ) {
    at += random.exponential() / requestsPerSecond;
    if (at >= durationSeconds) break;
    waiting.push({
      at,
      tokens: Math.max(2, Math.round(MEAN_TOKENS * Math.exp(0.8 * random.normal() - 0.32))),
    });
  }
  const issuedAt = waiting.length < requests ? durationSeconds : waiting.at(-1)!.at;
  let now = 0;
  const recorder = new Recorder(warmUpSeconds, durationSeconds, () => now);
  const running: { at: number; tokens: number; first: number; left: number }[] = [];
  while (waiting.length + running.length > 0) {
    if (running.length === 0) now = Math.max(now, waiting[0]!.at);
    while (running.length < SLOTS && waiting.length > 0 && waiting[0]!.at <= now) {
      const { at, tokens } = waiting.shift()!;
      running.push({ at, tokens, first: 0, left: tokens });
    }
    const step = stepSeconds(running.length);
    now += step;
    for (const request of [...running]) {
      if (request.left === request.tokens) request.first = now;
      else recorder.gap(step);
      request.left--;
      if (request.left > 0) continue;
      running.splice(running.indexOf(request), 1);
      recorder.outcome(answered(request, now));
    }
  }
  const {
    inputTokens: _,
    outputTokens,
    latenessP99Seconds: __,
    ...rest
  } = recorder.measure(issuedAt, null, now);
  const blank = blankPoint({ kind: 'open', requestsPerSecond, burstiness: 1 });
  const lengths = { askedInput: 100, input: 100, askedOutput: outputTokens, output: outputTokens };
  return { ...blank, ...rest, lengths };
}

const answered = (
  { at, tokens, first }: { at: number; tokens: number; first: number },
  now: number,
): Outcome => ({
  error: null,
  detail: '',
  intendedAt: at,
  sentAt: at,
  firstTokenAt: first,
  lastTokenAt: now,
  inputTokens: 100,
  outputTokens: tokens,
  counted: true,
  cachedTokens: null,
  chunks: tokens,
  reopened: false,
});

const plan = makePlan();
const engine = engineModel(setupOf(plan));
const says = (point: Point): string => suspectsOf(point, plan).join('\n');
const outputVerdict = (point: Point) =>
  compare(
    {
      ...plan,
      requirements: {
        ...plan.requirements,
        workload: { ...plan.requirements.workload, requestsPerSecond: rateOf(point) },
      },
      predicted: {
        ...plan.predicted,
        outputTokensPerSecond: {
          low: rateOf(point) * MEAN_TOKENS,
          expected: rateOf(point) * MEAN_TOKENS,
          high: rateOf(point) * MEAN_TOKENS,
        },
      },
    },
    engine,
    point,
    true,
  ).find(({ figure }) => figure === 'output')?.verdict;
const rateOf = ({ load }: Point): number => (load.kind === 'open' ? load.requestsPerSecond : 0);

const SEEDS = Array.from({ length: 12 }, (_, i) => 900 + i);
const RUNS: readonly (readonly [string, Omit<Run, 'requestsPerSecond' | 'seed'>])[] = [
  ['two minutes', { durationSeconds: 120, warmUpSeconds: 12 }],
  ['two minutes, a fifth of them warm-up', { durationSeconds: 120, warmUpSeconds: 24 }],
  ['one minute', { durationSeconds: 60, warmUpSeconds: 6 }],
  ['a hundred requests', { durationSeconds: 1e6, warmUpSeconds: 0, requests: 100 }],
  ['thirty seconds, about as long as an answer takes', { durationSeconds: 30, warmUpSeconds: 3 }],
];

test.each(RUNS)('%s of what the engine holds is no overload, however the drain ends', (_, run) => {
  const points = SEEDS.map((seed) => measured({ ...run, seed, requestsPerSecond: 0.65 * CAPACITY }));
  expect(points.map(says).filter((text) => text.includes('overload'))).toEqual([]);
  expect(points.map(outputVerdict).filter((verdict) => verdict === 'fail')).toEqual([]);
});

test.each(RUNS.slice(0, 2))('%s of more than the engine holds is an overload', (_, run) => {
  const points = SEEDS.map((seed) => measured({ ...run, seed, requestsPerSecond: 1.6 * CAPACITY }));
  expect(points.map(says).filter((text) => text.includes('overload'))).toHaveLength(SEEDS.length);
  expect(points.map(outputVerdict).filter((verdict) => verdict === 'fail')).toHaveLength(SEEDS.length);
});

test('rates are taken while requests come: neither the drain nor, where there is one, the warm-up counts', () => {
  const run = { durationSeconds: 1e6, requests: 1000, warmUpSeconds: 150 };
  const rates = SEEDS.map((seed) => measured({ ...run, seed, requestsPerSecond: 1 }).requestsPerSecond);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  expect(Math.abs(mean - 1)).toBeLessThan(0.03);
});

test('the usual warm-up is as long as an answer of the plan takes, a tenth of the run at least and half of it at most', () => {
  const rate = plan.requirements.workload.requestsPerSecond;
  const answerSeconds = (plan.predicted.concurrencyPerReplica * plan.choice.replicas) / rate;
  const lasting = (answers: number, maxRequests = 1e7) =>
    usualWarmUpSeconds(plan, {
      loads: [plannedLoad(plan)],
      durationSeconds: answers * answerSeconds,
      maxRequests,
    }) / answerSeconds;
  expect(lasting(4)).toBeCloseTo(1);
  expect(lasting(100)).toBeCloseTo(10);
  expect(lasting(1)).toBeCloseTo(0.5);
  // Over before its time, with its last request.
  expect(lasting(100, rate * answerSeconds)).toBeCloseTo(0.5);
});

test('a run no longer than an answer says that it is short, and nothing of overload', () => {
  const run = { durationSeconds: 14, warmUpSeconds: 1, seed: 3 };
  const points = [1.1, 1.6].map((share) => measured({ ...run, requestsPerSecond: share * CAPACITY }));
  for (const point of points) {
    expect(says(point)).toMatch(/a short run: an answer takes \d+ s/);
    expect(says(point)).not.toContain('overload');
    expect(outputVerdict(point)).toBeUndefined();
  }
});
