import * as z from 'zod';
import { quote, UserError } from '../errors';
import { describeIssue, firstIssue, valueAt } from '../requirements/issues';
import { LIMITS } from '../workload/workload';

/** Requests as they were: seconds from the first, lengths, and which prompts begin alike. */
export interface Trace {
  /** Line of the first request in its file; the others follow it. */
  readonly firstLine: number;
  /** Time of the first request as the file has it: seconds of an epoch, or of its own beginning. */
  readonly firstSeconds: number;
  readonly arrivalSeconds: Float64Array;
  readonly inputTokens: Int32Array;
  readonly outputTokens: Int32Array;
  /** Same id: the shorter prompt is the beginning of the longer; -1 where the trace does not say. */
  readonly prefixId: Int32Array;
}

const tokens = z.int().min(1).max(LIMITS.tokens);
const lineSchema = z.strictObject({
  timestamp: z.union([z.number(), z.string()]),
  input_tokens: tokens,
  output_tokens: tokens,
  prefix_hash: z.union([z.string(), z.number()]).nullish(),
});
const KEYS = Object.keys(lineSchema.shape);

interface Line {
  readonly seconds: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly prefix: string | number | null;
}

const AZURE_HEADER = /^\s*TIMESTAMP\s*,\s*ContextTokens\s*,\s*GeneratedTokens\s*$/i;

/**
 * Reads a trace: JSON Lines `{timestamp, input_tokens, output_tokens, prefix_hash?}`, or the Azure LLM inference traces' CSV
 * `TIMESTAMP,ContextTokens,GeneratedTokens`; times are seconds or dates.
 * @throws UserError naming the line, for the first line that cannot be used; blank lines at the end are no lines
 */
export function parseTrace(text: string, name: string): Trace {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const csv = AZURE_HEADER.test(lines[0]!);
  const first = csv ? 1 : 0;
  const count = lines.length - first;
  if (count < 1 || lines[0] === '') throw new UserError(`${quote(name)}: the trace holds no requests`);
  const trace = {
    firstLine: first + 1,
    firstSeconds: 0,
    arrivalSeconds: new Float64Array(count),
    inputTokens: new Int32Array(count),
    outputTokens: new Int32Array(count),
    prefixId: new Int32Array(count).fill(-1),
  };
  const prefixes = new Map<string | number, number>();
  let start = 0;
  for (let i = 0; i < count; i++) {
    const where = `${quote(name)} line ${first + i + 1}`;
    const line = (csv ? csvLine : jsonLine)(lines[first + i]!, where);
    if (i === 0) {
      start = line.seconds;
      trace.firstSeconds = start;
    }
    const seconds = line.seconds - start;
    if (i > 0 && seconds < trace.arrivalSeconds[i - 1]!) {
      throw new UserError(`${where}: the time goes back; sort the trace by timestamp`);
    }
    trace.arrivalSeconds[i] = seconds;
    trace.inputTokens[i] = line.inputTokens;
    trace.outputTokens[i] = line.outputTokens;
    if (line.prefix !== null) {
      const id = prefixes.get(line.prefix) ?? prefixes.size;
      prefixes.set(line.prefix, id);
      trace.prefixId[i] = id;
    }
  }
  return trace;
}

function jsonLine(text: string, where: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError(
      `${where}: ${quote(text)} is neither JSON nor an Azure trace header (TIMESTAMP,ContextTokens,GeneratedTokens)`,
      2,
      { cause },
    );
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) {
    const issue = firstIssue(parsed.error);
    const field = issue.path.length > 0 ? `${issue.path.join('.')} ` : '';
    throw new UserError(`${where}: ${field}${describeIssue(issue, valueAt(value, issue.path), KEYS)}`);
  }
  const { timestamp, input_tokens, output_tokens, prefix_hash } = parsed.data;
  return {
    seconds:
      typeof timestamp === 'number' ? inSeconds(timestamp, where) : secondsOf(timestamp, 'timestamp', where),
    inputTokens: input_tokens,
    outputTokens: output_tokens,
    prefix: prefix_hash ?? null,
  };
}

function csvLine(text: string, where: string): Line {
  const cells = text.split(',').map((cell) => cell.trim());
  if (cells.length !== 3) throw new UserError(`${where}: ${quote(text)} has ${cells.length} columns, not 3`);
  return {
    seconds: secondsOf(cells[0]!, 'TIMESTAMP', where),
    inputTokens: tokensOf('ContextTokens', cells[1]!, where),
    outputTokens: tokensOf('GeneratedTokens', cells[2]!, where),
    prefix: null,
  };
}

function tokensOf(column: string, cell: string, where: string): number {
  const parsed = tokens.safeParse(cell === '' ? undefined : Number(cell));
  if (parsed.success) return parsed.data;
  throw new UserError(`${where}: ${column} ${quote(cell)} is not a whole number from 1 to ${LIMITS.tokens}`);
}

/** Seconds of a plain number or of a date such as `2023-11-16 18:17:03.9799600` (seven digits of a second, UTC). */
function secondsOf(cell: string, column: string, where: string): number {
  const plain = cell === '' ? Number.NaN : Number(cell);
  if (Number.isFinite(plain)) return inSeconds(plain, where);
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.exec(cell);
  const whole = match ? Date.parse(`${match[1]}T${match[2]}${match[4] ?? 'Z'}`) / 1000 : Number.NaN;
  if (Number.isFinite(whole)) return whole + Number(match?.[3] ?? 0);
  throw new UserError(
    `${where}: ${column} ${quote(cell)} is neither seconds nor a date such as 2023-11-16 18:17:03.97`,
  );
}

/** Seconds of an epoch reach it in the year 5138; milliseconds passed it in 1973. */
const LATEST_SECONDS = 1e11;

function inSeconds(value: number, where: string): number {
  if (Math.abs(value) < LATEST_SECONDS) return value;
  throw new UserError(
    `${where}: the time ${value} would be thousands of years away, so it is hardly in seconds; divide it by 1,000 where it is in milliseconds`,
  );
}
