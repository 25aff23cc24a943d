import { quote, UserError } from '../errors';
import { csvRequests } from './trace-csv';
import { jsonRequests } from './trace-json';

/** Requests as they were: seconds from the first, lengths, and which prompts begin alike. */
export interface Trace {
  /** Line of each request in its file. */
  readonly lines: Int32Array;
  /** Time of the first request as the file has it: seconds of an epoch, or of its own beginning. */
  readonly firstSeconds: number;
  readonly arrivalSeconds: Float64Array;
  readonly inputTokens: Int32Array;
  readonly outputTokens: Int32Array;
  /** Same id: the shorter prompt is the beginning of the longer; -1 where the trace does not say. */
  readonly prefixId: Int32Array;
}

/**
 * Reads a trace: JSON Lines `{timestamp, input_tokens, output_tokens, prefix_hash?}`, or CSV (RFC 4180) with such columns among
 * others, as the Azure LLM inference traces have; times are seconds or dates, and `trace-names.ts` has the other names.
 * @throws UserError naming the line, for the first line that cannot be used; blank lines at the end are no lines
 */
export function parseTrace(text: string, name: string): Trace {
  const file = quote(name);
  const content = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .trimEnd();
  const requests = (/^[ \t]*[{[]/.test(content) ? jsonRequests : csvRequests)(content, file);
  const first = requests[0];
  if (first === undefined) throw new UserError(`${file}: the trace holds no requests`);
  const trace = {
    lines: Int32Array.from(requests, ({ line }) => line),
    firstSeconds: first.seconds,
    arrivalSeconds: Float64Array.from(requests, ({ seconds }) => seconds - first.seconds),
    inputTokens: Int32Array.from(requests, ({ inputTokens }) => inputTokens),
    outputTokens: Int32Array.from(requests, ({ outputTokens }) => outputTokens),
    prefixId: new Int32Array(requests.length).fill(-1),
  };
  const back = trace.arrivalSeconds.findIndex((seconds, i, all) => i > 0 && seconds < all[i - 1]!);
  if (back >= 0)
    throw new UserError(`${file} line ${trace.lines[back]}: the time goes back; sort the trace by timestamp`);
  const ids = new Map<string | number, number>();
  requests.forEach(({ prefix }, i) => {
    if (prefix === null) return;
    const id = ids.get(prefix) ?? ids.size;
    ids.set(prefix, id);
    trace.prefixId[i] = id;
  });
  return trace;
}
