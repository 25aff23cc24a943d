import { X509Certificate } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { quote, UserError } from '../errors';
import { redactor } from './secret';

/** The endpoint under test: the only address this program talks to. Redirects are never followed. */
export interface Target {
  /** Without user, password, query; ends in `/v1`. */
  readonly baseUrl: string;
  readonly send: typeof httpRequest;
  /** Options of a request to a path below `baseUrl`, or below the server's root. */
  readonly options: (method: 'GET' | 'POST', path: string, from?: 'base' | 'root') => RequestOptions;
  /** Takes the key out of text that came from elsewhere. */
  readonly redact: (text: string) => string;
  readonly close: () => void;
}

export interface TargetInput {
  readonly url: string;
  /** The key itself; it goes into the header and nowhere else. */
  readonly apiKey?: string;
  /** PEM text of certificate authorities to trust beside the usual ones. */
  readonly ca?: string;
  /** Connections at once, at most. */
  readonly maxSockets: number;
}

/** @throws UserError for a URL that is none, is not http or https, or carries a secret */
export function openTarget({ url, apiKey, ca, maxSockets }: TargetInput): Target {
  const parsed = parseUrl(url);
  const secure = parsed.protocol === 'https:';
  const agentOptions = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets, noDelay: true };
  const agent = secure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const secureContext = ca === undefined ? undefined : trusting(ca);
  const trimmed = parsed.pathname.replace(/\/+$/, '');
  const basePath = trimmed.endsWith('/v1') ? trimmed : `${trimmed}/v1`;
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  return {
    baseUrl: `${parsed.origin}${basePath}`,
    send: secure ? httpsRequest : httpRequest,
    options: (method, path, from = 'base'): RequestOptions & { secureContext?: SecureContext } => ({
      agent,
      ...(secureContext === undefined ? {} : { secureContext }),
      method,
      headers,
      hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
      port: parsed.port === '' ? (secure ? 443 : 80) : Number(parsed.port),
      path: (from === 'base' ? basePath : basePath.slice(0, -'/v1'.length)) + path,
    }),
    redact: redactor(apiKey),
    close: () => agent.destroy(),
  };
}

/** One context for all connections: reading a hundred root certificates takes longer than a handshake. */
function trusting(ca: string): SecureContext {
  try {
    // A secure context takes anything; this reads it.
    new X509Certificate(ca);
    return createSecureContext({ ca: [...rootCertificates, ca] });
  } catch (cause) {
    throw new UserError(`--ca-file: it holds no certificate in PEM form`, 2, { cause });
  }
}

/** What a connection that failed says, and what to do about it. */
export function connectionText(error: NodeJS.ErrnoException): string {
  const text = error.message || (error.code ?? 'the connection failed');
  return /certificate/i.test(text) ? `${text}; trust its authority with --ca-file FILE` : text;
}

function parseUrl(url: string): URL {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new UserError(`--url: not a URL; give one such as http://127.0.0.1:8000/v1`, 2, { cause });
  }
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '')
    throw new UserError(
      '--url: it carries a user, a password or a query; give the key with --api-key-env NAME instead',
    );
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
    throw new UserError(`--url: ${quote(parsed.protocol)} is neither http: nor https:`);
  return parsed;
}
