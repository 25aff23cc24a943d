import * as z from 'zod';
import { quote, UserError } from '../errors';
import { describeIssue, firstIssue, valueAt } from '../requirements/issues';
import { LIMITS } from '../workload/workload';
import { type CsvRecord, csvRecords } from './csv';
import { FIELDS, type Field, fieldsAmong, namesOf } from './trace-names';

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

const tokens = z.int().min(1).max(LIMITS.tokens);
const lineSchema = z.strictObject({
  timestamp: z.union([z.number(), z.string()]),
  input_tokens: tokens,
  output_tokens: tokens,
  prefix_hash: z.union([z.string(), z.number()]).nullish(),
});

interface Line {
  readonly line: number;
  readonly seconds: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly prefix: string | number | null;
}

/**
 * Reads a trace: JSON Lines `{timestamp, input_tokens, output_tokens, prefix_hash?}`, or CSV (RFC 4180) with such columns among
 * others, as the Azure LLM inference traces have; times are seconds or dates, and `trace-names.ts` has the other names.
 * @throws UserError naming the line, for the first line that cannot be used; blank lines at the end are no lines
 */
export function parseTrace(text: string, name: string): Trace {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const requests = (/^\s*[{[]/.test(lines[0]!) ? jsonLines : csvLines)(lines, quote(name));
  const trace = {
    lines: new Int32Array(lines.length),
    firstSeconds: 0,
    arrivalSeconds: new Float64Array(lines.length),
    inputTokens: new Int32Array(lines.length),
    outputTokens: new Int32Array(lines.length),
    prefixId: new Int32Array(lines.length).fill(-1),
  };
  const prefixes = new Map<string | number, number>();
  let count = 0;
  for (const { line, seconds, inputTokens, outputTokens, prefix } of requests) {
    if (count === 0) trace.firstSeconds = seconds;
    const arrival = seconds - trace.firstSeconds;
    if (count > 0 && arrival < trace.arrivalSeconds[count - 1]!) {
      throw new UserError(`${quote(name)} line ${line}: the time goes back; sort the trace by timestamp`);
    }
    trace.lines[count] = line;
    trace.arrivalSeconds[count] = arrival;
    trace.inputTokens[count] = inputTokens;
    trace.outputTokens[count] = outputTokens;
    if (prefix !== null) {
      const id = prefixes.get(prefix) ?? prefixes.size;
      prefixes.set(prefix, id);
      trace.prefixId[count] = id;
    }
    count++;
  }
  if (count === 0) throw new UserError(`${quote(name)}: the trace holds no requests`);
  return {
    ...trace,
    lines: trace.lines.subarray(0, count),
    arrivalSeconds: trace.arrivalSeconds.subarray(0, count),
    inputTokens: trace.inputTokens.subarray(0, count),
    outputTokens: trace.outputTokens.subarray(0, count),
    prefixId: trace.prefixId.subarray(0, count),
  };
}

function* jsonLines(lines: readonly string[], file: string): Generator<Line> {
  for (const [i, text] of lines.entries()) yield jsonLine(text, i + 1, `${file} line ${i + 1}`);
}

function jsonLine(text: string, line: number, where: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${where}: ${quote(text)} is not JSON`, 2, { cause });
  }
  // Nearly all lines have the fields under their own names.
  const own = lineSchema.safeParse(value);
  const given = own.success || typeof value !== 'object' || value === null ? [] : Object.keys(value);
  const names = fieldsAmong(given, where);
  const parsed = own.success || Array.isArray(value) ? own : lineSchema.safeParse(renamed(value, names));
  if (!parsed.success) {
    const issue = firstIssue(parsed.error);
    const [field] = issue.path as Field[];
    const name = field === undefined ? '' : `${names[field] ?? field} `;
    const at = field === undefined ? value : valueAt(value, [names[field] ?? field]);
    throw new UserError(`${where}: ${name}${describeIssue(issue, at, FIELDS)}`);
  }
  const { timestamp, input_tokens, output_tokens, prefix_hash } = parsed.data;
  return {
    line,
    seconds:
      typeof timestamp === 'number' ? inSeconds(timestamp, where) : secondsOf(timestamp, 'timestamp', where),
    inputTokens: input_tokens,
    outputTokens: output_tokens,
    prefix: prefix_hash ?? null,
  };
}

/** The same with the fields under their own names. */
function renamed(value: unknown, names: Partial<Record<Field, string>>): unknown {
  const others = Object.entries(names).filter(([field, name]) => field !== name);
  if (others.length === 0) return value;
  const fieldOf = new Map(others.map(([field, name]) => [name, field]));
  return Object.fromEntries(
    Object.entries(value as object).map(([key, of]) => [fieldOf.get(key) ?? key, of]),
  );
}

function* csvLines(lines: readonly string[], file: string): Generator<Line> {
  if (lines.length === 1 && lines[0] === '') return;
  const records = csvRecords(lines);
  const header = cellsOf(records.next().value as CsvRecord, file);
  const { time, input, output, prefix } = columnsOf(header, `${file} line 1`);
  for (const record of records) {
    const where = `${file} line ${record.line}`;
    const cells = cellsOf(record, file);
    if (cells.length !== header.length)
      throw new UserError(
        `${where}: ${quote(record.text)} has ${cells.length} columns, not ${header.length}`,
      );
    yield {
      line: record.line,
      seconds: secondsOf(cells[time]!, header[time]!, where),
      inputTokens: tokensOf(header[input]!, cells[input]!, where),
      outputTokens: tokensOf(header[output]!, cells[output]!, where),
      prefix: cells[prefix] || null,
    };
  }
}

function cellsOf({ cells, text, line }: CsvRecord, file: string): readonly string[] {
  if (cells !== null) return cells;
  throw new UserError(
    `${file} line ${line}: ${quote(text)}: a quote is not closed or stands within a cell; quote the whole cell, and double quotes in it`,
  );
}

/** Where the fields are; no field of `prefix_hash` is a column that no record has. */
function columnsOf(header: readonly string[], where: string) {
  const names = fieldsAmong(header, where);
  const at = (field: Field): number => {
    const name = names[field];
    if (name !== undefined) return header.indexOf(name);
    throw new UserError(
      `${where}: ${quote(header.join(','))} is neither JSON nor a CSV header with a ${field} column; it may be called ${namesOf(field)}`,
    );
  };
  return {
    time: at('timestamp'),
    input: at('input_tokens'),
    output: at('output_tokens'),
    prefix: names.prefix_hash === undefined ? header.length : header.indexOf(names.prefix_hash),
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
