/** Mean behaviour in the steady state; seconds, of one rank except the rates, which are the replica's. */
export interface SteadyState {
  /** False when arrivals exceed what the engine serves: the latencies then describe no real state. */
  readonly stable: boolean;
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly outputTokensPerSecond: number;
  readonly requestsPerSecond: number;
  readonly decodeBatch: number;
  readonly stepSeconds: number;
  readonly prefillSeconds: number;
  /** Share of engine time that prefill takes [rho]. */
  readonly prefillShare: number;
  /** Share of the prefill server's time in use [U]. */
  readonly utilisation: number;
  readonly queueSeconds: number;
  /** Wait for a free sequence: more clients than the engine admits. */
  readonly blockedSeconds: number;
  /** Tokens accepted per step (1 without MTP). */
  readonly acceptedTokens: number;
}
