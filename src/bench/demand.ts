import * as z from 'zod';
import { quote, UserError } from '../errors';
import type { LengthDistribution } from '../simulation/config';
import { lengthSampler } from '../simulation/lengths';
import type { RandomStream } from '../simulation/random';
import { parseTrace } from '../simulation/trace';
import type { Workload } from '../workload/workload';

/** One request as wanted, before it becomes text of an API. */
export interface Wanted {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The prompt itself, where a dataset brings it. */
  readonly text: string | null;
  /** Share of the prompt that all prompts have in common. */
  readonly sharedShare: number;
  /** Seconds from the start, where a trace says so. */
  readonly atSeconds: number | null;
}

/** What to ask for, request by request: null when there is no more. */
export interface Demand {
  readonly name: string;
  readonly next: () => Wanted | null;
  /** Requests it holds; infinite when drawn from a distribution. */
  readonly size: number;
}

/** Draws from the plan's own workload: log-normal lengths of its means and 95th percentiles. */
export function planDemand(workload: Workload, random: RandomStream): Demand {
  const { inputTokens, outputTokens, sharedPrefixShare } = workload;
  const lengths = (stats: { mean: number; p95: number }): LengthDistribution =>
    stats.p95 > stats.mean
      ? { kind: 'lognormal', mean: stats.mean, p95: stats.p95 }
      : { kind: 'fixed', tokens: Math.round(stats.mean) };
  const draw = lengthSampler(
    { kind: 'independent', input: lengths(inputTokens), output: lengths(outputTokens) },
    random,
  );
  return {
    name: `the plan's ${workload.preset} workload`,
    size: Number.POSITIVE_INFINITY,
    next: () => {
      const { input, output } = draw();
      return {
        inputTokens: input,
        outputTokens: output,
        text: null,
        sharedShare: sharedPrefixShare,
        atSeconds: null,
      };
    },
  };
}

/** Whether a file of requests says when they came: a trace does, ShareGPT conversations (a JSON array) do not. */
export const isTrace = (text: string): boolean => !text.trimStart().startsWith('[');

/** A file of requests: a trace (JSON Lines or CSV), or ShareGPT conversations. */
export function fileDemand(text: string, name: string): Demand {
  const wanted = isTrace(text) ? fromTrace(text, name) : shareGpt(text, name);
  let at = 0;
  return {
    name,
    size: wanted.length,
    next: () => wanted[at++] ?? null,
  };
}

function fromTrace(text: string, name: string): Wanted[] {
  const trace = parseTrace(text, name);
  return Array.from(trace.arrivalSeconds, (atSeconds, i) => ({
    inputTokens: trace.inputTokens[i]!,
    outputTokens: trace.outputTokens[i]!,
    text: null,
    sharedShare: 0,
    atSeconds,
  }));
}

const conversations = z.array(
  z.object({ conversations: z.array(z.object({ from: z.string(), value: z.string() })) }),
);
/** Of English text; only for how long an answer to ask for: the prompt's tokens are counted by the server. */
const CHARACTERS_PER_TOKEN = 4;
/** vLLM's benchmark leaves out shorter prompts and answers (vllm/benchmarks/datasets.py, is_valid_sequence). */
const SHORTEST_TOKENS = 4;

/** First question and the length of its answer, as vLLM's ShareGPT dataset takes them; lengths are estimates. */
function shareGpt(text: string, name: string): Wanted[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${quote(name)}: begins like a ShareGPT file but is not JSON`, 2, { cause });
  }
  const parsed = conversations.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new UserError(
      `${quote(name)}: ${path.join('.')}: ${message}; a ShareGPT file is [{"conversations": [{"from", "value"}, …]}, …]`,
    );
  }
  const tokens = (value: string): number => Math.ceil(value.length / CHARACTERS_PER_TOKEN);
  const wanted = parsed.data.flatMap(({ conversations: [question, answer] }): Wanted[] =>
    question === undefined || answer === undefined
      ? []
      : [
          {
            inputTokens: tokens(question.value),
            outputTokens: tokens(answer.value),
            text: question.value,
            sharedShare: 0,
            atSeconds: null,
          },
        ],
  );
  const usable = wanted.filter((w) => Math.min(w.inputTokens, w.outputTokens) >= SHORTEST_TOKENS);
  if (usable.length === 0)
    throw new UserError(`${quote(name)}: no conversation has a question and an answer`);
  return usable;
}
