import * as z from 'zod';
import { quote, UserError } from '../errors';
import { describeIssue, firstIssue, valueAt } from '../requirements/issues';
import { inSeconds, secondsOf, type TraceLine, tokens } from './trace-line';
import { FIELDS, type Field, fieldsAmong } from './trace-names';

const lineSchema = z.strictObject({
  timestamp: z.union([z.number(), z.string()]),
  input_tokens: tokens,
  output_tokens: tokens,
  prefix_hash: z.union([z.string(), z.number()]).nullish(),
});

/** JSON Lines of a trace. */
export const jsonRequests = (text: string, file: string): readonly TraceLine[] =>
  text.split('\n').map((line, i) => jsonLine(line, i + 1, `${file} line ${i + 1}`));

function jsonLine(text: string, line: number, where: string): TraceLine {
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
