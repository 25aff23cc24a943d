import { buildRequests, closeLoop } from './build-requests';
import { runCluster } from './cluster';
import type { SimulationConfig } from './config';
import type { Engine } from './engine';

/** Requests of the probe, per slot of the engine and at least. */
const REQUESTS_PER_SLOT = 8;
const LEAST_REQUESTS = 2000;

/**
 * Requests per second that one engine serves when its queue never empties: the middle half of a run in which twice
 * as many clients as the engine has slots ask without pause. Rates at or above it have no steady state.
 */
export function saturationOf(engine: Engine, config: SimulationConfig, longestTokens: number): number {
  const probe = { ...config, requests: Math.max(LEAST_REQUESTS, REQUESTS_PER_SLOT * engine.maxNumSeqs) };
  const { requests } = buildRequests(probe, longestTokens);
  closeLoop(requests, 2 * engine.maxNumSeqs);
  runCluster(engine, requests, { replicas: 1, routing: 'round-robin', followUpSeconds: () => 0 });
  const ends = requests.finishSeconds.slice().sort();
  const from = Math.floor(ends.length / 4);
  const to = Math.floor((3 * ends.length) / 4);
  return to > from ? (to - from) / (ends[to]! - ends[from]!) : ends.length / ends[to]!;
}
