import { readFileSync } from 'node:fs';
import { parsePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { worstTtftSeconds } from '../../src/plan/silence';
import { cli } from '../cli/harness';

/** A plan's fleet at its planned load, as words for `simulate`. */
const simulated = ({ requirements: { model, workload }, choice, engine }: Plan): (string | number)[] => [
  ...['--model', model, '--checkpoint', choice.checkpoint, '--gpu', choice.gpu],
  ...['--tp', choice.layout.tensorParallel, '--dp', choice.layout.dataParallel],
  ...(choice.layout.expertParallel ? ['--ep'] : []),
  ...['--isl', workload.inputTokens.mean, '--isl-p95', workload.inputTokens.p95],
  ...['--osl', workload.outputTokens.mean, '--osl-p95', workload.outputTokens.p95],
  ...['--rate', workload.requestsPerSecond!, '--replicas', choice.replicas, '--mtp', engine.mtpTokens],
  ...['--max-num-seqs', engine.maxNumSeqs, '--max-num-batched-tokens', engine.maxNumBatchedTokens],
];

/** Enough for the worst of the run below in `.ci/run`; a fifth of it otherwise. */
const REQUESTS = Number(process.env.SILENCE_REQUESTS ?? 20_000);

/** The longest wait for a first token among so many requests, seconds. */
async function worstOf(plan: Plan, seed: number): Promise<number> {
  const words = [...simulated(plan), '--requests', REQUESTS, '--seed', seed, '--json'].map(String);
  const { code, out } = await cli('simulate', ...words);
  expect(code).toBe(0);
  return JSON.parse(out).ttftSeconds.max;
}

test('of many requests none is silent for longer than the load balancer waits for a stream', async () => {
  // The worst of the runs that the factor was chosen from: eight golden plans, seeds 7, 11 and 23.
  const plan = parsePlan(readFileSync('test/golden/plans/moe-122b.plan.json', 'utf8'), 'golden');
  expect(await worstOf(plan, 7)).toBeLessThan(worstTtftSeconds(plan.predicted.ttftP95Seconds.high));
});
