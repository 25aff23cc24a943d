import type { SteadyState } from '../../src/performance/state';
import { steadyState } from '../../src/performance/steady-state';
import { replay, saturationRequestsPerSecond } from '../../src/simulation/simulate';
import { type ClosedCase, closedConfigOf, closedLoadOf } from './closed-cases';

export interface ComparedClosed {
  readonly name: string;
  readonly case: ClosedCase;
  /** Served rate over the highest that the engine serves. */
  readonly utilisation: number;
  /** Closed form over simulation, less 1. */
  readonly errors: Readonly<Record<'ttft' | 'tpot', number>>;
  readonly state: SteadyState;
}

/** Rounds of every client before and while it is looked at, and requests at least. */
const ROUNDS = { warmUp: 30, seen: 200, requests: 12_000 };
const FULLEST_POOL = 0.95;
const MOST_CUT_SHARE = 0.002;

/** Null where the engine does not hold the load, or its KV pool ran out. */
export function compareClosed(c: ClosedCase): ComparedClosed | null {
  const config = closedConfigOf(c);
  if (config === null) return null;
  const { warmUp, seen, requests } = ROUNDS;
  const result = replay({
    ...config,
    requests: Math.max(c.clients * (warmUp + seen), requests),
    warmupRequests: c.clients * warmUp,
  });
  if (result.preemptions > 0 || result.kvUseMax > FULLEST_POOL) return null;
  if (result.cutRequests > MOST_CUT_SHARE * result.requests) return null;
  const state = steadyState(config.features, config.coefficients, closedLoadOf(c, config));
  return {
    name: `${c.engine.join(' ')} ${JSON.stringify({ ...c, engine: undefined })}`,
    case: c,
    utilisation: result.requestsPerSecond / saturationRequestsPerSecond(config),
    errors: {
      ttft: state.ttftSeconds / result.ttftSeconds.mean - 1,
      tpot: state.tpotSeconds / result.tpotSeconds!.mean - 1,
    },
    state,
  };
}
