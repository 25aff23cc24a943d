/** How a figure spreads over requests (over tokens for ITL). Exact, except ITL quantiles: within 0.25%. */
export interface Distribution {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** One engine replica, or one data-parallel rank of one. */
export interface ReplicaResult {
  readonly requests: number;
  readonly outputTokensPerSecond: number;
  readonly busyShare: number;
  readonly meanDecodeBatch: number;
  readonly preemptions: number;
  readonly kvUseMean: number;
  readonly kvUseMax: number;
}

/** Means over one span of time, all replicas together. */
export interface TimePoint {
  readonly fromSeconds: number;
  /** Share of all pool blocks in use. */
  readonly kvUse: number;
  readonly running: number;
  readonly waiting: number;
}

export interface SimulationResult extends Replay {
  /** False when requests come faster than the engine serves them: the figures then depend on how long it lasts. */
  readonly stable: boolean;
  /** Served rate over `saturationRequestsPerSecond`. */
  readonly utilisation: number;
  /** What all replicas serve with a queue that never empties. */
  readonly saturationRequestsPerSecond: number;
}

/** What happened to the requests. */
export interface Replay {
  readonly requests: number;
  /** From the start to the last token. */
  readonly durationSeconds: number;
  /** Over the time in which requests arrive. */
  readonly arrivalsPerSecond: number;

  /** Arrival to first token, front end included. */
  readonly ttftSeconds: Distribution;
  /** (E2E - TTFT) / (output tokens - 1), requests with more than one output token; null if there are none. */
  readonly tpotSeconds: Distribution | null;
  /** Between tokens (with drafts: between steps), over all of them; null if every output is one token. */
  readonly itlSeconds: Distribution | null;
  readonly e2eSeconds: Distribution;
  /** Arrival at the engine to the first step that works on the request. */
  readonly queueSeconds: Distribution;

  readonly requestsPerSecond: number;
  readonly outputTokensPerSecond: number;
  /** Over equal spans of the run. */
  readonly outputTokensPerSecondBySpan: Distribution;
  readonly goodput: { readonly requestsPerSecond: number; readonly share: number } | null;

  /** Share of time in which replicas run a step, and one with prompt tokens. */
  readonly busyShare: number;
  readonly mixedShare: number;
  /** Over busy time, per replica. */
  readonly meanDecodeBatch: number;
  /** Time averages over all replicas. */
  readonly meanInSystem: number;
  readonly meanWaiting: number;
  readonly mostWaiting: number;
  readonly preemptions: number;
  readonly kvUseMean: number;
  readonly kvUseMax: number;
  /** Tokens. Computed prompt tokens + cached = asked + lost to preemptions (which also recompute output). */
  readonly tokens: {
    readonly input: number;
    readonly output: number;
    readonly prefilled: number;
    readonly cached: number;
    readonly lost: number;
  };
  /** Drawn lengths that were cut to the longest the engine takes. */
  readonly cutRequests: number;
  readonly overTime: { readonly spanSeconds: number; readonly points: readonly TimePoint[] };
  readonly replicas: readonly ReplicaResult[];
}
