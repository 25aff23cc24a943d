import fc from 'fast-check';
import { closeLoop } from '../../src/simulation/build-requests';
import { ROUTINGS, runCluster } from '../../src/simulation/cluster';
import { RandomStream } from '../../src/simulation/random';
import type { StepTimer } from '../../src/simulation/step-timer';
import { type AskedRequest, makeEngine, tableOf } from './engines';

const none = () => 0;

const anyRun = fc.record({
  requests: fc.array(
    fc.record({
      gap: fc.double({ min: 0, max: 0.2, noNaN: true }),
      input: fc.integer({ min: 1, max: 150 }),
      output: fc.integer({ min: 1, max: 80 }),
    }),
    { minLength: 1, maxLength: 60 },
  ),
  engine: fc.record({
    blocks: fc.integer({ min: 26, max: 60 }),
    maxNumSeqs: fc.integer({ min: 1, max: 12 }),
    maxNumBatchedTokens: fc.integer({ min: 16, max: 200 }),
    aligned: fc.boolean(),
    internalCheckpoints: fc.boolean(),
  }),
  replicas: fc.integer({ min: 1, max: 3 }),
  routing: fc.constantFrom(...ROUTINGS),
  clients: fc.option(fc.integer({ min: 1, max: 20 })),
});

test('no request is lost, tokens are conserved, blocks stay within the pool, Little holds', () => {
  let preempted = 0;
  fc.assert(
    fc.property(anyRun, ({ requests, engine: options, replicas, routing, clients }) => {
      const engine = makeEngine(options);
      let arrival = 0;
      const asked: AskedRequest[] = requests.map(({ gap, ...lengths }) => {
        arrival += gap;
        return { arrival, ...lengths };
      });
      const table = tableOf(asked);
      if (clients !== null) closeLoop(table, clients);
      const run = runCluster(engine, table, { replicas, routing, followUpSeconds: none });

      let e2eSeconds = 0;
      for (let i = 0; i < table.count; i++) {
        const times = [
          table.arrivalSeconds[i]!,
          table.scheduledSeconds[i]!,
          table.firstTokenSeconds[i]!,
          table.finishSeconds[i]!,
        ];
        expect(times.every((time, at) => time >= (at === 0 ? 0 : times[at - 1]!))).toBe(true);
        expect(table.generatedTokens[i]).toBe(table.outputTokens[i]);
        e2eSeconds += times[3]! - times[0]!;
      }
      expect(run.replicas.reduce((sum, { totals }) => sum + totals.requests, 0)).toBe(table.count);
      // Little: the integral of the requests in the system is the sum of their times in it.
      expect(run.requestSeconds).toBeCloseTo(e2eSeconds, 6);

      // Every token but the last of an output is computed once; what preemption throws away, once more.
      const decoded =
        run.interTokenSeconds.count - run.replicas.reduce((sum, { scheduler }) => sum + scheduler.resumed, 0);
      const total = (of: 'prefillTokens' | 'cachedTokens' | 'lostTokens') =>
        run.replicas.reduce((sum, { scheduler }) => sum + scheduler[of], 0);
      const asTokens = asked.reduce((sum, { input, output }) => sum + input + output - 1, 0);
      expect(total('prefillTokens') + total('cachedTokens') + decoded).toBe(asTokens + total('lostTokens'));

      for (const { totals, scheduler } of run.replicas) {
        expect(totals.mostUsedBlocks).toBeLessThanOrEqual(engine.kv.usableBlocks);
        expect(scheduler.kv.usedBlocks).toBe(0);
        expect(scheduler.waiting.size + scheduler.runningCount).toBe(0);
        preempted += scheduler.preemptions;
      }
    }),
    { numRuns: 300, seed: 7 },
  );
  expect(preempted).toBeGreaterThan(50);
});

test('where every request is one step alone in the engine, waiting is that of M/D/1', () => {
  const service = 0.1;
  const timer: StepTimer = {
    decodeBaseSeconds: none,
    decodeSecondsPerContextToken: none,
    mixedSeconds: () => service,
  };
  for (const load of [0.3, 0.5, 0.8]) {
    const random = new RandomStream(11, 0);
    let arrival = 0;
    const table = tableOf(
      Array.from({ length: 100_000 }, () => {
        arrival += (random.exponential() * service) / load;
        return { arrival, input: 10, output: 1 };
      }),
    );
    runCluster(makeEngine({ maxNumSeqs: 1, timer }), table, {
      replicas: 1,
      routing: 'round-robin',
      followUpSeconds: none,
    });
    let waited = 0;
    let atOnce = 0;
    for (let i = 0; i < table.count; i++) {
      const wait = table.scheduledSeconds[i]! - table.arrivalSeconds[i]!;
      waited += wait;
      if (wait < 1e-12) atOnce++;
    }
    // Arrivals see time averages: who finds the engine idle does not wait.
    expect(Math.abs(atOnce / table.count - (1 - load))).toBeLessThan(0.01);
    const expected = (load / (2 * (1 - load))) * service;
    expect(waited / table.count / expected).toBeGreaterThan(0.97);
    expect(waited / table.count / expected).toBeLessThan(1.03);
  }
});

test('least outstanding sends each request where fewest wait, round robin in turn', () => {
  const asked = [
    { arrival: 0, input: 10, output: 50 },
    { arrival: 0, input: 10, output: 2 },
    { arrival: 0.1, input: 10, output: 2 },
    { arrival: 0.1, input: 10, output: 2 },
  ];
  const counts = (routing: (typeof ROUTINGS)[number]) =>
    runCluster(makeEngine(), tableOf(asked), { replicas: 2, routing, followUpSeconds: none }).replicas.map(
      ({ totals }) => totals.requests,
    );
  expect(counts('round-robin')).toEqual([2, 2]);
  expect(counts('least-outstanding')).toEqual([2, 2]);
  const long = asked.map((request, i) => ({ ...request, arrival: i * 0.1, output: i === 0 ? 90 : 2 }));
  const finished = runCluster(makeEngine(), tableOf(long), {
    replicas: 2,
    routing: 'least-outstanding',
    followUpSeconds: none,
  });
  expect(finished.replicas.map(({ totals }) => totals.requests)).toEqual([1, 3]);
});

test('the second request with a shared prefix marks where it ends, the third one hits it', () => {
  const engine = makeEngine({ aligned: true, maxNumBatchedTokens: 512 });
  const table = tableOf(
    [0, 1, 2, 3].map((arrival) => ({ arrival, input: 100, output: 2, prefixId: 0, shared: 70 })),
  );
  const run = runCluster(engine, table, { replicas: 1, routing: 'round-robin', followUpSeconds: none });
  // 70 shared tokens are 4 whole blocks of 16; requests 3 and 4 find all four.
  expect(run.replicas[0]!.scheduler.cachedTokens).toBe(2 * 64);
});

test('kernels that save states within a chunk spare the step at the last block boundary, and hits stay the same', () => {
  const runWith = (internalCheckpoints: boolean) => {
    const engine = makeEngine({ aligned: true, internalCheckpoints, maxNumBatchedTokens: 512 });
    const table = tableOf(
      [0, 1].map((arrival) => ({ arrival, input: 100, output: 2, prefixId: 0, shared: 100 })),
    );
    const run = runCluster(engine, table, { replicas: 1, routing: 'round-robin', followUpSeconds: none });
    return { steps: run.replicas[0]!.scheduler.steps, cached: run.replicas[0]!.scheduler.cachedTokens };
  };
  // 100 tokens: 96 and 4, then one decode step; the second request finds the 96.
  expect(runWith(false)).toEqual({ steps: 5, cached: 96 });
  expect(runWith(true)).toEqual({ steps: 4, cached: 96 });
});
