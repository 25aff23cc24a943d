import fc from 'fast-check';
import type { Load } from '../../src/performance/load';
import { squaredVariation } from '../../src/performance/queueing';
import type { SimulationConfig } from '../../src/simulation/config';
import { configOf, ENGINE_AND_LENGTHS, promptCuts } from './cases';

/** Clients in a closed loop on any of the engines. */
const CASES = fc.record({
  ...ENGINE_AND_LENGTHS,
  /** 95th percentile over mean of the answers, and of the prompts. Equal answers would keep all clients in step. */
  spread: fc.constantFrom(1.5, 2.5),
  promptSpread: fc.constantFrom(1, 1.5, 2.5),
  clients: fc.constantFrom(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96),
  maxNumSeqs: fc.constant(128),
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});
export type ClosedCase = typeof CASES extends fc.Arbitrary<infer T> ? T : never;

export const sampleClosedCases = (seed: number, count: number): readonly ClosedCase[] =>
  fc.sample(CASES, { seed, numRuns: count });

/** The engine and its clients, or null when it does not hold the load. */
export function closedConfigOf(c: ClosedCase): SimulationConfig | null {
  const config = configOf(c);
  return config && { ...config, arrivals: { kind: 'closed', concurrency: c.clients } };
}

/** The same load in means, for the closed form: one that goes on. */
export function closedLoadOf(c: ClosedCase, config: SimulationConfig): Load {
  return {
    arrivals: {
      kind: 'closed',
      concurrency: c.clients,
      totalRequests: Number.POSITIVE_INFINITY,
    },
    inputTokens: c.inputTokens,
    outputTokens: c.outputTokens,
    inputVariation: squaredVariation(1, c.promptSpread),
    outputVariation: squaredVariation(1, c.spread),
    maxBatch: config.maxNumSeqs,
    maxNumBatchedTokens: config.maxNumBatchedTokens,
    ...promptCuts(config, c),
  };
}
