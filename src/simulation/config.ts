import type { Coefficients } from '../performance/coefficients';
import type { StepFeatures } from '../performance/features';
import type { HistoryHits } from '../performance/load';
import type { PoolLayout } from '../vllm/pool';
import type { Routing } from './cluster';
import type { Trace } from './trace';

/** How requests arrive at the service (all replicas together); rates in requests per second. */
export type SimulatedArrivals =
  | { readonly kind: 'poisson'; readonly requestsPerSecond: number }
  /** Gamma-distributed gaps of shape `burstiness`: 1 is Poisson, below 1 bursty (vLLM `bench serve --burstiness`). */
  | { readonly kind: 'gamma'; readonly requestsPerSecond: number; readonly burstiness: number }
  | { readonly kind: 'constant'; readonly requestsPerSecond: number }
  /** Clients that each send their next request `thinkSeconds` after the last one ended. */
  | { readonly kind: 'closed'; readonly concurrency: number; readonly thinkSeconds?: number }
  /** The trace's own times, sped up by `speed`, and its lengths. */
  | { readonly kind: 'trace'; readonly trace: Trace; readonly speed?: number };

/** Lengths of one kind, tokens. */
export type LengthDistribution =
  | { readonly kind: 'fixed'; readonly tokens: number }
  | { readonly kind: 'lognormal'; readonly mean: number; readonly p95: number };

/** Prompt and output lengths; `empirical` draws pairs with replacement, which keeps their correlation. */
export type SimulatedLengths =
  | { readonly kind: 'independent'; readonly input: LengthDistribution; readonly output: LengthDistribution }
  | {
      readonly kind: 'empirical';
      readonly pairs: readonly (readonly [inputTokens: number, outputTokens: number])[];
    };

/** What prompts have in common, for the prefix cache. */
export type SimulatedPrefixes =
  /** A share of every prompt, or its first tokens, is common to all of a group; requests take the groups in turn. */
  | {
      readonly kind: 'shared';
      readonly common: { readonly share: number } | { readonly tokens: number };
      readonly groups: number;
      /** Besides, some prompts (drawn at random) find their conversation so far, as if an earlier turn had left it. */
      readonly history?: HistoryHits;
    }
  /**
   * Conversations of so many turns: each prompt is everything said before plus `followUpTokens`. `lengths` gives the
   * first prompt and every output; a rate counts requests, not conversations.
   */
  | {
      readonly kind: 'conversation';
      readonly turns: number;
      readonly followUpTokens: number;
      readonly thinkSeconds: number;
    };

/** A request is good when it meets every limit given; TPOT of a one-token output counts as 0 (vLLM `--goodput`). */
export interface SimulatedSlo {
  readonly ttftSeconds?: number;
  readonly tpotSeconds?: number;
  readonly e2eSeconds?: number;
}

/** Everything a simulation depends on: the same configuration gives the same result, bit by bit. */
export interface SimulationConfig {
  readonly features: StepFeatures;
  readonly coefficients: Coefficients;
  /** `blocks` of one data-parallel rank, vLLM's null block included. */
  readonly pool: { readonly blocks: number; readonly layout: PoolLayout };
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly prefixCaching: boolean;
  readonly mtpTokens: number;
  /** Longest prompt plus output; drawn lengths are cut to it. What the pool holds when left out. */
  readonly maxModelLen?: number;
  /** Engine replicas; each of their data-parallel ranks takes requests of its own. */
  readonly replicas: number;
  readonly routing: Routing;
  readonly arrivals: SimulatedArrivals;
  /** Null with a trace, which brings its own. */
  readonly lengths: SimulatedLengths | null;
  readonly prefixes?: SimulatedPrefixes;
  readonly requests: number;
  /** First requests left out of latencies and goodput, so that these describe the steady state; 0 by default. */
  readonly warmupRequests?: number;
  readonly seed: number;
  readonly slo: SimulatedSlo | null;
}
