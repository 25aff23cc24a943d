import { UserError } from '../errors';
import { PLAN_SCHEMA_VERSION, type Plan, planSchema } from './schema';

/**
 * The Plan as text: two-space JSON in schema order, a line for each point of a chart, ending in a newline; the same plan
 * gives the same bytes.
 */
export function serializePlan(plan: Plan): string {
  return `${onePointALine(JSON.stringify(planSchema.parse(plan), null, 2))}\n`;
}

/** Objects in the lists of `series`; a line break in JSON is never inside a string. */
const POINTS = /^ {6}\{\n[\s\S]*?\n {6}\}/gm;

/** Hundreds of figures that nobody reads line by line, and a reviewer would have to scroll past. */
function onePointALine(text: string): string {
  const start = text.indexOf('\n  "series": {');
  if (start < 0) return text;
  const end = text.indexOf('\n  }', start);
  const series = text
    .slice(start, end)
    .replace(POINTS, (point) => `      ${point.trim().replace(/\n */g, ' ')}`);
  return text.slice(0, start) + series + text.slice(end);
}

/**
 * Reads a Plan document.
 * @param source what to call the document in a message, for example its file name
 * @throws UserError when it is not JSON, of another schema version, or damaged
 */
export function parsePlan(text: string, source: string): Plan {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new UserError(
      `${source}: not JSON (${(cause as Error).message.replace(/\s+/g, ' ')}); write it again with 'qwen-selfhost plan'`,
      2,
      { cause },
    );
  }
  const version = (json as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (version !== PLAN_SCHEMA_VERSION) {
    const found = version === undefined ? 'no schemaVersion' : `schemaVersion ${JSON.stringify(version)}`;
    throw new UserError(
      `${source}: ${found}, this program reads ${PLAN_SCHEMA_VERSION}; plan again with 'qwen-selfhost plan' or use the program that wrote it`,
    );
  }
  const parsed = planSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new UserError(
      `${source}: ${issue.path.join('.') || 'the document'}: ${issue.message}; plan again with 'qwen-selfhost plan'`,
    );
  }
  return parsed.data;
}
