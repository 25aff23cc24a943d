/** Why a call to AWS failed, as far as a user can act on it. */
export type FailureKind =
  | 'credentials'
  | 'expired'
  | 'denied'
  | 'clock'
  | 'throttled'
  | 'timeout'
  | 'unreachable'
  | 'server'
  | 'unreadable'
  | 'not-found'
  | 'stopped'
  | 'refused';

/** A failed call: one line that names the call, what is wrong and the fix. Holds no account id and no key. */
export class AwsFailure extends Error {
  override readonly name = 'AwsFailure';
  readonly kind: FailureKind;
  /** The IAM action, for example `ec2:DescribeInstanceTypes`. */
  readonly action: string;

  constructor(kind: FailureKind, action: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.action = action;
  }
}

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const NAMES: readonly (readonly [RegExp, FailureKind])[] = [
  [/^AbortError$/, 'stopped'],
  [/^(SSOTokenExpired|UnauthorizedSSOToken)/, 'expired'],
  [/CredentialsProviderError|CredentialsError|NoCredentials|TokenProviderError/, 'credentials'],
  [/ExpiredToken|RequestExpired|TokenRefreshRequired|ExpiredCredential/, 'expired'],
  [/RequestTimeTooSkewed|RequestInTheFuture|NotYetValid/, 'clock'],
  [
    /^(AuthFailure|UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|InvalidAccessKeyId|MissingAuthenticationToken|InvalidSignature|IncompleteSignature)/,
    'credentials',
  ],
  [/AccessDenied|UnauthorizedOperation|NotAuthorized|^Forbidden$/, 'denied'],
  [/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceeded|BandwidthLimit/, 'throttled'],
  [/NotFound|NoSuch|DoesNotExist|^InvalidAMIID|ResourceNotFound/, 'not-found'],
];

const CONNECTION =
  /^(ECONN|ENOTFOUND|EAI_|EPIPE|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET|ERR_TLS|CERT_|UNABLE_TO_)/;
const TIMEOUT = /Timeout|ETIMEDOUT/;
const UNREADABLE =
  /pars|unexpected token|unclosed|not valid JSON|Unexpected end|deserializ|Invalid RFC|expected (real )?(number|string|boolean)|entity/i;

function kindOf(error: SdkError): FailureKind {
  const name = error.name ?? '';
  const code = error.code ?? '';
  const status = error.$metadata?.httpStatusCode;
  if (/ProviderError$/.test(name) && SESSION_OVER.test(error.message ?? '')) return 'expired';
  for (const [pattern, kind] of NAMES) if (pattern.test(name) || pattern.test(code)) return kind;
  if (TIMEOUT.test(name) || TIMEOUT.test(code)) return 'timeout';
  if (CONNECTION.test(code) || /socket hang up|aborted/i.test(error.message ?? '')) return 'unreachable';
  if (name === 'SyntaxError' || name === 'TypeError' || name === 'RangeError') return 'unreadable';
  if (status !== undefined && status >= 500) return 'server';
  if (status === 403) return 'denied';
  if (status === 404) return 'not-found';
  if (status === 200 || UNREADABLE.test(error.message ?? '')) return 'unreadable';
  return 'refused';
}

/** A profile with mfa_serial: the SDK would have to ask for a code. */
const MFA = /multi-factor/;
const MFA_ADVICE =
  "the profile asks for an MFA code, which cannot be typed here; run 'aws sts get-session-token' with the code and use the keys that it prints";
/** What credential providers say of an SSO or login session that is over. */
const SESSION_OVER = /refresh this SSO session|re-authenticate|session .*has expired|Token is expired/;

const ADVICE: Readonly<Record<FailureKind, string>> = {
  credentials: "no valid AWS credentials; run 'aws configure' or 'aws sso login', or give --profile NAME",
  expired: "the session has expired; run 'aws sso login' or fetch new temporary credentials",
  denied: 'not permitted; add the action to your role or user (docs/iam has the policies)',
  clock: "the clock of this machine is wrong; set it, for example with 'sudo chronyc makestep'",
  throttled: 'AWS is throttling this account; try again in a minute',
  timeout: 'no answer in time; check the network or proxy and try again',
  unreachable: 'cannot be reached; check the network, the proxy and the region name',
  server: 'AWS answered with an internal error; try again in a minute',
  unreadable: 'the answer was damaged on the way; check for a proxy that changes answers and try again',
  'not-found': 'does not exist',
  stopped: 'stopped on request',
  refused: 'refused',
};

/** Troubles of the whole session, whatever was called: the action would only distract. */
const OF_THE_SESSION: ReadonlySet<FailureKind> = new Set(['credentials', 'expired', 'clock', 'unreachable']);

/** Removes what must not be printed: account ids, access keys, and anything beyond one line of text. */
export function scrub(text: string): string {
  return text
    .replace(/\b\d{12}\b/g, '************')
    .replace(/\b(AKIA|ASIA|AROA|AIDA)[A-Z0-9]{8,}\b/g, '$1****')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}

/** The failure a user reads, from whatever the SDK threw. */
export function failureOf(action: string, thrown: unknown): AwsFailure {
  if (thrown instanceof AwsFailure) return thrown;
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as SdkError;
  const kind = kindOf(error);
  const detail =
    kind === 'refused' || kind === 'not-found' ? `: ${scrub(error.message ?? String(thrown))}` : '';
  const advice = kind === 'credentials' && MFA.test(error.message ?? '') ? MFA_ADVICE : ADVICE[kind];
  const what = OF_THE_SESSION.has(kind) ? '' : `${action}: `;
  return new AwsFailure(kind, action, `${what}${advice}${detail}`, { cause: thrown });
}
