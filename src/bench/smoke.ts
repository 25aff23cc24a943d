import { UserError } from '../errors';
import { type Api, write } from './asks';
import { nowSeconds } from './clock';
import { drive } from './drive';
import { probe } from './probe';
import { PromptBook } from './prompts';
import { Recorder } from './recorder';
import type { Limits } from './send';
import { connectionText, openTarget, type Target } from './target';

export interface SmokeInput {
  readonly url: string;
  readonly apiKey?: string;
  readonly ca?: string;
  readonly api: Api;
  /** Asked of `/v1/models` when left out. */
  readonly model?: string;
  readonly durationSeconds: number;
}

const CLIENTS = 2;
const SEED = 1;
const LEAST_SECONDS = 1;
const MOST_REQUESTS = 200;
const PROMPT_WORDS = 64;
const ANSWER_TOKENS = 32;
const LIST_TIMEOUT_MILLIS = 10_000;

/** What an endpoint answered, all requests well. */
export interface Smoked {
  readonly url: string;
  readonly model: string;
  readonly requests: number;
  readonly ttftSeconds: { readonly p50: number; readonly p95: number };
  /** Null when every answer was one token. */
  readonly tpotSeconds: { readonly p50: number; readonly p95: number } | null;
}

/**
 * Whether an endpoint answers: two clients with short questions.
 * @throws UserError (exit code 3) when it does not answer or any request fails
 */
export async function smoke(input: SmokeInput): Promise<Smoked> {
  const target = openTarget({
    url: input.url,
    ...(input.apiKey === undefined ? {} : { apiKey: input.apiKey }),
    ...(input.ca === undefined ? {} : { ca: input.ca }),
    maxSockets: CLIENTS,
  });
  try {
    const deadline = nowSeconds() + input.durationSeconds;
    /** Half of what is left: a phase that starts no request later and waits no longer ends in time. */
    const limits = (): Limits => {
      const half = Math.max(LEAST_SECONDS, (deadline - nowSeconds()) / 2);
      return { stallSeconds: half, requestSeconds: half };
    };
    const model = input.model ?? (await firstModel(target));
    // A model may end its answer at once; where the endpoint lets it be held to a length, none is empty.
    const { ignoreEos } = await probe(target, input.api, model, SEED, limits);
    const book = new PromptBook(SEED, 0);
    const startedAt = nowSeconds();
    const within = limits();
    const recorder = new Recorder(startedAt, deadline, nowSeconds);
    const driven = await drive({
      target,
      pace: { kind: 'closed', concurrency: CLIENTS },
      nextAsk: () =>
        write(book.prompt(PROMPT_WORDS, 0), PROMPT_WORDS, ANSWER_TOKENS, {
          api: input.api,
          model,
          ignoreEos,
        }),
      durationSeconds: within.requestSeconds,
      maxRequests: MOST_REQUESTS,
      maxInFlight: CLIENTS,
      limits: within,
      onOutcome: (outcome) => recorder.outcome(outcome),
      onGap: (gap) => recorder.gap(gap),
    });
    const { requests, ttftSeconds, tpotSeconds } = recorder.measure(driven.endedAt, null);
    const { measured, succeeded, errors, messages } = requests;
    if (measured === 0 || succeeded < measured) {
      const [kind = 'unfinished', count] = Object.entries(errors)[0] ?? [];
      const message = messages[kind as keyof typeof messages] ?? '';
      throw new UserError(
        `smoke: ${measured - succeeded} of ${measured} requests to ${target.baseUrl} failed; first: ${count ?? 0} ${kind}${message === '' ? '' : `: ${message}`}`,
        3,
      );
    }
    const spread = ({ p50, p95 }: Smoked['ttftSeconds']): Smoked['ttftSeconds'] => ({ p50, p95 });
    return {
      url: target.baseUrl,
      model: target.redact(model),
      requests: succeeded,
      // Every request that succeeded had a first token.
      ttftSeconds: spread(ttftSeconds!),
      tpotSeconds: tpotSeconds && spread(tpotSeconds),
    };
  } finally {
    target.close();
  }
}

/** The first model that the endpoint lists. */
function firstModel(target: Target): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void =>
      reject(
        new UserError(
          `smoke: ${target.baseUrl}/models does not name a model (${target.redact(reason)}); check --url, or give --model`,
          3,
        ),
      );
    const request = target.send(
      { ...target.options('GET', '/models'), timeout: LIST_TIMEOUT_MILLIS },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text = (text + part).slice(0, 1 << 20);
        });
        response.on('error', (error) => fail(error.message));
        response.on('end', () => {
          if (response.statusCode !== 200) return fail(`HTTP ${response.statusCode}`);
          try {
            const id = (JSON.parse(text) as { data?: { id?: unknown }[] }).data?.[0]?.id;
            if (typeof id === 'string' && id !== '') resolve(id);
            else fail('an empty list');
          } catch {
            fail('not JSON');
          }
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error: NodeJS.ErrnoException) => fail(connectionText(error)));
    request.end();
  });
}
