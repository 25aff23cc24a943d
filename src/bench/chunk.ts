/** What one event of an OpenAI-compatible stream says. */
export interface Chunk {
  /** It carries text of the answer: content, reasoning or a tool call. */
  readonly text: boolean;
  readonly finished: boolean;
  readonly usage: Usage | null;
  /** Message of an error object. */
  readonly error: string | null;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number | null;
}

interface Delta {
  readonly content?: unknown;
  readonly reasoning?: unknown;
  readonly reasoning_content?: unknown;
  readonly tool_calls?: unknown;
}

interface Body {
  readonly choices?: readonly ({ delta?: Delta; text?: unknown; finish_reason?: unknown } | undefined)[];
  readonly usage?: {
    prompt_tokens?: unknown;
    completion_tokens?: unknown;
    prompt_tokens_details?: { cached_tokens?: unknown } | null;
  } | null;
  readonly error?: unknown;
}

const filled = (value: unknown): boolean => typeof value === 'string' && value !== '';
const count = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Reads the data of one event. vLLM 0.17 calls reasoning text `reasoning`, others `reasoning_content`; the first chunk
 * of a chat names only the role and is no token.
 * @throws SyntaxError when it is not JSON, TypeError when it is not an object
 */
export function readChunk(data: string): Chunk {
  const body = JSON.parse(data) as Body | null;
  if (typeof body !== 'object' || body === null) throw new TypeError('not an object');
  const choice = body.choices?.[0];
  const delta = choice?.delta;
  const text =
    filled(choice?.text) ||
    filled(delta?.content) ||
    filled(delta?.reasoning) ||
    filled(delta?.reasoning_content) ||
    (Array.isArray(delta?.tool_calls) && delta.tool_calls.length > 0);
  return {
    text,
    finished: filled(choice?.finish_reason),
    usage: readUsage(body.usage),
    error: body.error === undefined || body.error === null ? null : errorText(body.error),
  };
}

export function readUsage(usage: Body['usage']): Usage | null {
  if (typeof usage !== 'object' || usage === null) return null;
  const { prompt_tokens, completion_tokens, prompt_tokens_details } = usage;
  if (!count(prompt_tokens) || !count(completion_tokens)) return null;
  const cached = prompt_tokens_details?.cached_tokens;
  return {
    inputTokens: prompt_tokens,
    outputTokens: completion_tokens,
    cachedTokens: count(cached) ? cached : null,
  };
}

/** The message of `{error: {message}}`, `{error: "…"}` or anything else, on one line, uncut: a key in it must be found whole. */
export function errorText(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message ?? error;
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return text.replace(/\s+/g, ' ');
}
