import { compare } from '../../src/bench/compare';
import { engineModel, setupOf } from '../../src/bench/model';
import { PromptBook } from '../../src/bench/prompts';
import type { Point } from '../../src/bench/result';
import { plannedLoad } from '../../src/bench/run';
import { readMetrics, serverMetrics } from '../../src/bench/server-metrics';
import { suspectsOf } from '../../src/bench/suspects';
import { makePlan } from '../stacks/make-plan';
import { blankPoint } from './points';

const plan = makePlan();
const point = blankPoint({ kind: 'open', requestsPerSecond: 1, burstiness: 1 });
const suspects = (change: Partial<Point>): string => suspectsOf({ ...point, ...change }, plan).join('\n');
const server = {
  prefixHitRate: 0.3,
  preemptions: 0,
  kvUseMax: 0.5,
  runningMax: 1,
  waitingMax: 0,
  promptTokens: 1,
  generatedTokens: 1,
};

test('a clean run has no suspects', () => expect(suspects({ server })).toBe(''));

test.each<[string, Partial<Point>]>([
  ['this client', { client: { ...point.client, lagP99Seconds: 0.05 } }],
  ['waited for a place', { client: { ...point.client, heldBack: 4 } }],
  ['HTTP 429', { requests: { ...point.requests, errors: { 'rate-limited': 2 } } }],
  ['overload', { servedShare: 0.5 }],
  ['preempted', { server: { ...server, preemptions: 7 } }],
  ['cold prefix cache', { server: { ...server, prefixHitRate: 0.05 } }],
  ['knows these prompts', { server: { ...server, prefixHitRate: 0.9 } }],
  ['throttling', { drift: { ttftFirst: 1, ttftLast: 1, tpotFirst: 0.02, tpotLast: 0.03 } }],
  ['tokeniser', { lengths: { ...point.lengths, input: 5000 } }],
  ['short answers', { lengths: { ...point.lengths, output: 100 } }],
  ['chance', { requests: { ...point.requests, succeeded: 20 } }],
])('suspects %s', (text, change) => expect(suspects(change)).toContain(text));

test('where nothing was answered, nothing is said of answers', () => {
  const none = {
    requests: { ...point.requests, succeeded: 0, errors: { 'rate-limited': 1000 } },
    tokens: { input: 0, output: 0, statedByServer: false },
    lengths: { ...point.lengths, input: 0, output: 0 },
    requestsPerSecond: 0,
  };
  expect(suspects(none)).toBe('a rate limit in front of the engine: 1000 requests got HTTP 429');
});

test('metrics: growth of counters, highest gauges; a counter that went back says nothing', () => {
  const page = (hits: number, queries: number, kv: number) =>
    readMetrics(
      `vllm:prefix_cache_hits_total{e="0"} ${hits}\nvllm:prefix_cache_queries_total ${queries}\nvllm:kv_cache_usage_perc ${kv}\nnonsense\n`,
    );
  expect(serverMetrics([page(10, 100, 0.2), page(40, 200, 0.7), page(40, 200, 0.1)])).toMatchObject({
    prefixHitRate: 0.3,
    kvUseMax: 0.7,
    preemptions: null,
  });
  expect(serverMetrics([page(10, 100, 0), page(5, 50, 0)])?.prefixHitRate).toBeNull();
  expect(serverMetrics([])).toBeNull();
});

test('metrics of several ranks: requests add up, the fullest KV pool counts', () => {
  const page = [0, 1, 2, 3]
    .map(
      (rank) =>
        `vllm:num_requests_running{engine="${rank}"} 5\nvllm:kv_cache_usage_perc{engine="${rank}"} 0.${rank}`,
    )
    .join('\n');
  expect(serverMetrics([readMetrics(page)])).toMatchObject({ runningMax: 20, kvUseMax: 0.3 });
});

test('prompts have their length, share their beginning and nothing else', () => {
  const book = new PromptBook(1, 0);
  const [a, b] = [book.prompt(1000, 0.3), book.prompt(1000, 0.3)].map((text) => text.trim().split(' '));
  expect([a!.length, b!.length]).toEqual([1000, 1000]);
  expect(a!.slice(0, 300)).toEqual(b!.slice(0, 300));
  expect(a!.slice(300, 312)).not.toEqual(b!.slice(300, 312));
  expect(book.prompt(70_000, 0).trim().split(' ')).toHaveLength(70_000);
});

test('a plan that counts on history is told apart from prompts that have none', () => {
  const history = { findingShare: 0.4, cachedShare: 0.5, replicasWithout: 3 };
  const conversations = { ...plan, predicted: { ...plan.predicted, history } };
  expect(suspectsOf({ ...point, server }, conversations)).toEqual([
    expect.stringMatching(/^history: the plan counts on 50% of prompt tokens.* 3 replicas$/),
  ]);
  const load = plannedLoad(plan);
  const engine = engineModel(setupOf(plan));
  const from = (of: typeof plan) => compare(of, engine, { ...point, load }, true).map((c) => c.from);
  expect(new Set(from(plan))).toEqual(new Set(['plan']));
  expect(new Set(from(conversations))).toEqual(new Set(['model']));
});
