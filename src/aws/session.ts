import { AwsFailure, failureOf } from './failure';
import { limiter } from './limit';
import type { AwsSettings } from './settings';

type Credentials = ReturnType<typeof import('@aws-sdk/credential-provider-node').defaultProvider>;

interface Client {
  destroy(): void;
}

/** What every SDK client is made with. */
export interface ClientConfig {
  readonly region: string;
  readonly credentials: Credentials;
  readonly maxAttempts: number;
  readonly retryStrategy?: InstanceType<typeof import('@smithy/core/retry').ConfiguredRetryStrategy>;
  readonly logger: Record<'debug' | 'info' | 'warn' | 'error', (...content: unknown[]) => void>;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

/** The SDK's own remarks stay off the terminal: what matters to a user arrives as an AwsFailure. */
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

/** Answers that arrive damaged are asked for once more: the SDK itself retries only failed requests. */
const UNREADABLE_ATTEMPTS = 2;

/** One command's dealings with AWS: clients made when first used, requests counted and bounded, failures in plain words. */
export class Session {
  readonly settings: AwsSettings;
  private readonly clients = new Map<string, Client>();
  private readonly limit: ReturnType<typeof limiter>;
  private credentials: Credentials | null = null;
  private callCount = 0;
  private onCall: (calls: number) => void = () => {};

  constructor(settings: AwsSettings) {
    this.settings = settings;
    this.limit = limiter(settings.maxRequestsAtOnce);
    // The SDK's notice that it will leave Node 20 is for whoever maintains this program, not for whoever runs it.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  }

  /** Calls so far; an attempt that the SDK repeats is one call. */
  get calls(): number {
    return this.callCount;
  }

  /** Is told after each call how many there were. */
  watch(onCall: (calls: number) => void): void {
    this.onCall = onCall;
  }

  /** The client of a service in a region; made once. */
  async client<C extends Client>(
    service: string,
    region: string,
    make: (config: ClientConfig) => C,
  ): Promise<C> {
    const key = `${service} ${region}`;
    const made = this.clients.get(key) as C | undefined;
    if (made) return made;
    const config = await this.config(region);
    const client = (this.clients.get(key) as C | undefined) ?? make(config);
    this.clients.set(key, client);
    return client;
  }

  /**
   * Makes one call.
   * @param action its IAM action, for messages
   * @throws AwsFailure
   */
  async call<T>(
    action: string,
    send: (options: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const { signal } = this.settings;
    const options = signal === null ? {} : { abortSignal: signal };
    return this.limit(async () => {
      for (let attempt = 1; ; attempt++) {
        this.throwIfStopped(action);
        try {
          const answer = await this.unlessStopped(action, send(options));
          this.onCall(++this.callCount);
          return answer;
        } catch (thrown) {
          const failure = failureOf(action, thrown);
          if (failure.kind === 'unreadable' && attempt < UNREADABLE_ATTEMPTS) continue;
          this.onCall(++this.callCount);
          throw failure;
        }
      }
    });
  }

  /** @throws AwsFailure when a stop was asked for: what was read until then is not whole */
  throwIfStopped(action = 'the command'): void {
    if (this.settings.signal?.aborted)
      throw new AwsFailure('stopped', action, `${action}: stopped on request`);
  }

  /** Closes connections; nothing may be called afterwards. */
  close(): void {
    for (const client of this.clients.values()) client.destroy();
    this.clients.clear();
  }

  /** A request stops by itself when asked to; what happens before one (a credential process, a metadata service) does not. */
  private async unlessStopped<T>(action: string, sent: Promise<T>): Promise<T> {
    const { signal } = this.settings;
    if (signal === null) return sent;
    let stop = (): void => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(new AwsFailure('stopped', action, `${action}: stopped on request`));
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([sent, stopped]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Found once and shared: a role is assumed, a program run, a token fetched one time for all services. */
  private async sharedCredentials(): Promise<Credentials> {
    const { profile } = this.settings;
    const named = profile ?? process.env.AWS_PROFILE;
    if (named) await checkProfile(named);
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
    this.credentials ??= defaultProvider({ logger: QUIET, ...(profile === null ? {} : { profile }) });
    return this.credentials;
  }

  private async config(region: string): Promise<ClientConfig> {
    const { maxAttempts, retryDelaySeconds, connectTimeoutSeconds, requestTimeoutSeconds } = this.settings;
    const requestHandler = {
      connectionTimeout: connectTimeoutSeconds * 1000,
      requestTimeout: requestTimeoutSeconds * 1000,
      throwOnRequestTimeout: true,
    } as const;
    const base = {
      region,
      maxAttempts,
      requestHandler,
      logger: QUIET,
      credentials: await this.sharedCredentials(),
    };
    if (retryDelaySeconds === null) return base;
    const { ConfiguredRetryStrategy } = await import('@smithy/core/retry');
    const delay = (attempt: number): number => retryDelaySeconds(attempt) * 1000;
    return { ...base, retryStrategy: new ConfiguredRetryStrategy(maxAttempts, delay) };
  }
}

/** The SDK would try everything else and at last not say that the profile is missing. @throws AwsFailure */
async function checkProfile(name: string): Promise<void> {
  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  if (configFile[name] ?? credentialsFile[name]) return;
  throw new AwsFailure(
    'credentials',
    'profile',
    `there is no profile ${JSON.stringify(name)} in your AWS configuration; see 'aws configure list-profiles'`,
  );
}
