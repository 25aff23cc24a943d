/** How this program talks to AWS: bounded in time, in attempts and in requests at once. */
export interface AwsSettings {
  /** Named profile of `~/.aws`; null for the SDK's own order (environment, default profile, role). */
  readonly profile: string | null;
  readonly connectTimeoutSeconds: number;
  /** Of one attempt, until the whole answer is there. */
  readonly requestTimeoutSeconds: number;
  /** The first try included; the wait between doubles, with full jitter (the SDK's standard retry). */
  readonly maxAttempts: number;
  /** Overrides the SDK's wait between attempts, in seconds. */
  readonly retryDelaySeconds: ((attempt: number) => number) | null;
  readonly maxRequestsAtOnce: number;
  /** An endpoint given by AWS_ENDPOINT_URL: a local server, whose buckets are paths rather than host names. */
  readonly endpointOverridden: boolean;
  readonly signal: AbortSignal | null;
}

export const DEFAULT_SETTINGS: AwsSettings = {
  profile: null,
  connectTimeoutSeconds: 5,
  requestTimeoutSeconds: 20,
  maxAttempts: 4,
  retryDelaySeconds: null,
  maxRequestsAtOnce: 8,
  endpointOverridden: false,
  signal: null,
};
