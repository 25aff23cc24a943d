import type { Wanted } from './demand';
import { type PromptBook, type TokenScale, wordsFor } from './prompts';
import type { Ask } from './send';

export const APIS = ['chat', 'completions'] as const;
export type Api = (typeof APIS)[number];

/** How requests are written for one endpoint. */
export interface Dialect {
  readonly api: Api;
  readonly model: string;
  /**
   * `ignore_eos`, known to vLLM, SGLang and llama.cpp, holds the answer to its wanted length; an endpoint that refuses
   * it is asked without.
   */
  readonly ignoreEos: boolean;
  readonly scale: TokenScale;
  /** Prompt plus answer, at most; longer wishes are cut. */
  readonly maxModelLen: number;
}

/** Room for the tokeniser's error at the context limit. */
const MARGIN_TOKENS = 16;

/** A wanted request within the context limit: the answer is cut first, to a token at least. */
export function cut(
  { inputTokens, outputTokens }: Wanted,
  maxModelLen: number,
): { input: number; output: number } {
  const room = maxModelLen - MARGIN_TOKENS;
  const input = Math.max(1, Math.min(inputTokens, room - 1));
  return { input, output: Math.max(1, Math.min(outputTokens, room - input)) };
}

/**
 * The request itself. Sampling stays at the server's default: greedy decoding of random words falls into loops, which
 * flatters speculative decoding.
 */
export function askFor(wanted: Wanted, book: PromptBook, dialect: Dialect): Ask {
  const { input, output } = cut(wanted, dialect.maxModelLen);
  const text = wanted.text ?? book.prompt(wordsFor(input, dialect.scale), wanted.sharedShare);
  return write(text, input, output, dialect);
}

export function write(
  text: string,
  inputTokens: number,
  outputTokens: number,
  { api, model, ignoreEos }: Pick<Dialect, 'api' | 'model' | 'ignoreEos'>,
): Ask {
  const body = {
    model,
    ...(api === 'chat' ? { messages: [{ role: 'user', content: text }] } : { prompt: text }),
    max_tokens: outputTokens,
    stream: true,
    stream_options: { include_usage: true },
    ...(ignoreEos ? { ignore_eos: true } : {}),
  };
  return {
    path: api === 'chat' ? '/chat/completions' : '/completions',
    body: JSON.stringify(body),
    inputTokens,
  };
}
