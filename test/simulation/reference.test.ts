import fc from 'fast-check';
import { runCluster } from '../../src/simulation/cluster';
import { type AskedRequest, makeEngine, tableOf } from './engines';
import { referenceRun } from './reference';

const requests = fc.array(
  fc.record({
    gap: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.3, noNaN: true })),
    input: fc.integer({ min: 1, max: 150 }),
    output: fc.integer({ min: 1, max: 80 }),
    prefixId: fc.integer({ min: -1, max: 2 }),
    sharedShare: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { minLength: 1, maxLength: 30 },
);

// 150 + 80 tokens and drafts are 16 blocks of 16; three groups hold at most 3 x (2 + drafts) states.
const engines = fc.record({
  blocks: fc.integer({ min: 32, max: 90 }),
  maxNumSeqs: fc.integer({ min: 1, max: 10 }),
  maxNumBatchedTokens: fc.integer({ min: 40, max: 200 }),
  aligned: fc.boolean(),
  mtp: fc.constantFrom(
    { mtpTokens: 0, tokensPerStep: 1 },
    { mtpTokens: 1, tokensPerStep: 1.75 },
    { mtpTokens: 3, tokensPerStep: 2.4375 },
  ),
});

function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
}

test('the jump engine does what a step-by-step transcription of vLLM does, to 1e-9', () => {
  let preempted = 0;
  fc.assert(
    fc.property(requests, engines, (drawn, { mtp, ...options }) => {
      const engine = makeEngine({ ...options, ...mtp });
      let arrival = 0;
      const asked: Required<AskedRequest>[] = drawn.map(({ gap, input, output, prefixId, sharedShare }) => {
        arrival += gap;
        return {
          arrival,
          input,
          output,
          prefixId: Math.min(prefixId, drawn.length - 1),
          shared: Math.floor(sharedShare * input),
        };
      });
      const table = tableOf(asked);
      const run = runCluster(engine, table, {
        replicas: 1,
        routing: 'round-robin',
        followUpSeconds: () => 0,
      });
      const expected = referenceRun(
        engine,
        asked.map((request, id) => ({ ...request, id })),
      );
      const replica = run.replicas[0]!;
      expect(replica.scheduler.preemptions).toBe(expected.preemptions);
      expect(replica.totals.mostUsedBlocks).toBe(expected.mostUsed);
      asked.forEach((_, i) => {
        expectClose(table.scheduledSeconds[i]!, expected.scheduled[i]!);
        expectClose(table.firstTokenSeconds[i]!, expected.first[i]!);
        expectClose(table.finishSeconds[i]!, expected.finish[i]!);
      });
      preempted += expected.preemptions;
    }),
    { numRuns: 400, seed: 42 },
  );
  expect(preempted).toBeGreaterThan(100);
});
