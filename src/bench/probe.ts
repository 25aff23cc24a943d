import { UserError } from '../errors';
import { type Api, write } from './asks';
import { nowSeconds } from './clock';
import type { Outcome } from './outcome';
import { PromptBook, type TokenScale } from './prompts';
import { type Limits, send } from './send';
import type { Target } from './target';

export interface Probed {
  readonly scale: TokenScale;
  readonly ignoreEos: boolean;
  readonly notes: readonly string[];
}

const FEW_WORDS = 24;
const MANY_WORDS = 160;
const ANSWER_TOKENS = 2;
/** Its stream is disjoint from those of the run. */
const PROBE_STREAM = 9;

/**
 * Two short requests before the run: they show that the endpoint answers, whether it takes `ignore_eos`, and how many
 * tokens its tokeniser and chat template make of words.
 * @param limits of each request, asked for when it leaves
 * @throws UserError (exit code 3) when it does not answer
 */
export async function probe(
  target: Target,
  api: Api,
  model: string,
  seed: number,
  limits: () => Limits,
): Promise<Probed> {
  const book = new PromptBook(seed, PROBE_STREAM);
  const notes: string[] = [];
  let ignoreEos = true;
  const ask = async (words: number): Promise<Outcome> => {
    const text = book.prompt(words, 0);
    const one = (): Promise<Outcome> =>
      send(target, {
        ask: write(text, words, ANSWER_TOKENS, { api, model, ignoreEos }),
        intendedAt: nowSeconds(),
        limits: limits(),
        onGap: () => undefined,
      }).outcome;
    const outcome = await one();
    if (
      outcome.error !== 'client-error' ||
      !ignoreEos ||
      !/ignore_eos|extra|unrecognized|unknown/i.test(outcome.detail)
    )
      return outcome;
    ignoreEos = false;
    notes.push('the endpoint refuses ignore_eos: answers may end before their planned length');
    return one();
  };
  const few = answered(await ask(FEW_WORDS), target);
  const many = answered(await ask(MANY_WORDS), target);
  const tokensPerWord = (many.inputTokens - few.inputTokens) / (MANY_WORDS - FEW_WORDS);
  if (!few.counted || !many.counted || !(tokensPerWord > 0.2 && tokensPerWord < 20)) {
    notes.push('the endpoint does not count prompt tokens: one token a word is assumed');
    return { scale: { tokensPerWord: 1, wrappingTokens: 0 }, ignoreEos, notes };
  }
  const wrappingTokens = Math.max(0, few.inputTokens - tokensPerWord * FEW_WORDS);
  return { scale: { tokensPerWord, wrappingTokens }, ignoreEos, notes };
}

/** An empty answer to so short a question is an answer. */
function answered(outcome: Outcome, target: Target): Outcome {
  const { error, detail } = outcome;
  if (error === null || error === 'empty') return outcome;
  throw new UserError(`${target.baseUrl} does not answer (${error}): ${detail || 'no reason given'}`, 3);
}
