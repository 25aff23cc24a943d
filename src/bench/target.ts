import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { quote, UserError } from '../errors';

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
  /** Connections at once, at most. */
  readonly maxSockets: number;
}

/** @throws UserError for a URL that is none, is not http or https, or carries a secret */
export function openTarget({ url, apiKey, maxSockets }: TargetInput): Target {
  const parsed = parseUrl(url);
  const secure = parsed.protocol === 'https:';
  const agentOptions = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets, noDelay: true };
  const agent = secure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const trimmed = parsed.pathname.replace(/\/+$/, '');
  const basePath = trimmed.endsWith('/v1') ? trimmed : `${trimmed}/v1`;
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  return {
    baseUrl: `${parsed.origin}${basePath}`,
    send: secure ? httpsRequest : httpRequest,
    options: (method, path, from = 'base') => ({
      agent,
      method,
      headers,
      hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
      port: parsed.port === '' ? (secure ? 443 : 80) : Number(parsed.port),
      path: (from === 'base' ? basePath : basePath.slice(0, -'/v1'.length)) + path,
    }),
    redact: (text) => (apiKey === undefined ? text : text.replaceAll(apiKey, '***')),
    close: () => agent.destroy(),
  };
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

/** The key in an environment variable; undefined when none is named. @throws UserError when it is unset or empty */
export function apiKeyFrom(
  name: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (name === undefined) return undefined;
  const key = environment[name]?.trim();
  if (key === undefined || key === '')
    throw new UserError(`--api-key-env: the environment variable ${quote(name)} is not set`);
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new UserError(`--api-key-env: the value of ${quote(name)} has characters that no header carries`);
  return key;
}
