import { type Document, isMap, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { quote, UserError } from '../errors';
import { type RequirementsInput, requirementsInputSchema } from './input';
import { describeIssue, firstIssue, valueAt } from './issues';

/** A value that was given outside the file, and how to name it in a message (`--rate`). */
export interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly label: string;
}

export interface RequirementsSource {
  /** What to call the document in messages, usually its file name. */
  readonly name: string;
  readonly text: string;
  /** The text is not as the user wrote it: its lines would lead nowhere. */
  readonly rewritten?: boolean;
}

/**
 * Reads `selfhost.yaml`, applies overrides, and checks every field.
 * @throws UserError with file, line and key for broken YAML, unknown keys and values that are not allowed
 */
export function readRequirements(
  source: RequirementsSource | null,
  overrides: readonly Override[],
): RequirementsInput {
  const lines = new LineCounter();
  const document = parsedYaml(source?.text ?? '{}', lines);
  const broken = firstBroken(document);
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    const problem = PARSER_WORDS[broken.code] ?? (() => oneLine(broken.message));
    throw new UserError(
      `${source?.name}:${line}:${col}: broken YAML: ${problem(keyAt(source?.text ?? '', broken.pos[0]))}`,
      2,
      { cause: broken },
    );
  }
  const value = plainValue(document, source?.name) ?? {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(
      `${source?.name}: expected keys such as 'model: Qwen3.5-35B-A3B', found ${Array.isArray(value) ? 'a list' : 'plain text'}`,
    );
  }
  for (const override of overrides) dropReplaced(value as Record<string, unknown>, override, overrides);
  for (const override of overrides) assign(value as Record<string, unknown>, override);

  const parsed = requirementsInputSchema.safeParse(value);
  if (parsed.success) return parsed.data;

  const issue = firstIssue(parsed.error);
  const path = issue.path.map(String);
  const allowed = issue.code === 'unrecognized_keys' ? allowedKeysAt(path) : [];
  const problem = describeIssue(issue, valueAt(value, issue.path), allowed);
  throw new UserError(`${place(path, issue)}: ${problem}`);

  function place(at: string[], of: { code?: string | undefined; keys?: readonly string[] }): string {
    const override = overrides.find(
      (candidate) => startsWith(at, candidate.path) || startsWith(candidate.path, at),
    );
    if (override && of.code !== 'unrecognized_keys') return override.label;
    const key = of.code === 'unrecognized_keys' ? [...at, of.keys?.[0] ?? ''] : at;
    const node = document.getIn(key, true) as { range?: readonly number[] } | undefined;
    const container = isMap(document.getIn(at.slice(0, -1), true))
      ? (document.getIn(at.slice(0, -1), true) as { range?: readonly number[] })
      : undefined;
    const position = node?.range?.[0] ?? container?.range?.[0];
    const line =
      position === undefined || source === null || source.rewritten ? '' : `:${lines.linePos(position).line}`;
    return `${source === null ? '' : `${source.name}${line}: `}${at.join('.') || 'the document'}`;
  }
}

/** YAML as every requirements document is parsed, merge keys (`<<: *shared`) included. */
export const parsedYaml = (text: string, lineCounter?: LineCounter): Document.Parsed =>
  parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: true,
    stringKeys: true,
    merge: true,
    ...(lineCounter === undefined ? {} : { lineCounter }),
  });

/** The first thing that a parser objects to, unknown tags included. */
export const firstBroken = ({ errors, warnings }: Document.Parsed): YAMLError | undefined =>
  errors[0] ?? (warnings[0]?.code === 'TAG_RESOLVE_FAILED' ? warnings[0] : undefined);

/**
 * The document as plain values.
 * @throws UserError for aliases that lead nowhere or multiply without end
 */
export function plainValue(document: Document.Parsed, name: string | undefined): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch (cause) {
    const { message } = cause as Error;
    const problem = /^Merge sources/.test(message) ? WRONG_MERGE : oneLine(message);
    throw new UserError(`${name}: broken YAML: ${problem}`, 2, { cause });
  }
}

const WRONG_MERGE = "'<<' takes a section, such as '<<: *name' of a section marked &name";

/** Mistakes whose words in the parser are meant for programmers; given the key where it stopped. */
const PARSER_WORDS: Readonly<Record<string, (key: string) => string>> = {
  DUPLICATE_KEY: (key) => `${quote(key)} is given twice; keys must be unique`,
  NON_STRING_KEY: () => 'a key that is no word',
  MULTIPLE_DOCS: () => "more than one document; leave out the '---', or list several models under services:",
};

/** The word that begins at a place of the text, up to a colon or the end of the line. */
const keyAt = (text: string, offset: number): string => /^[^:\n\r]*/.exec(text.slice(offset))![0].trim();

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

const startsWith = (path: readonly string[], prefix: readonly string[]): boolean =>
  prefix.every((key, i) => path[i] === key);

/** Keys that say the same thing in two ways: one given as a flag replaces the other in the file. */
const EITHER_OR = [['requestsPerSecond', 'concurrentUsers']] as const;

/** Both given as flags stay, to be refused as the contradiction they are. */
function dropReplaced(
  document: Record<string, unknown>,
  { path }: Override,
  overrides: readonly Override[],
): void {
  const workload = document.workload as Record<string, unknown> | null | undefined;
  if (path[0] !== 'workload' || typeof workload !== 'object' || workload === null) return;
  for (const pair of EITHER_OR) {
    const other = pair.find((key) => key !== path[1]);
    const isFlag = overrides.some((override) => override.path[1] === other);
    if (pair.some((key) => key === path[1]) && other !== undefined && !isFlag) delete workload[other];
  }
}

/** Setting a key that cannot be reached because a parent holds a plain value replaces that value. */
function assign(target: Record<string, unknown>, { path, value }: Override): void {
  let node = target;
  for (const key of path.slice(0, -1)) {
    const next = node[key];
    if (typeof next === 'number') node[key] = { mean: next };
    else if (typeof next !== 'object' || next === null) node[key] = {};
    node = node[key] as Record<string, unknown>;
  }
  node[path.at(-1)!] = value;
}

interface SchemaNode {
  readonly properties?: Record<string, SchemaNode>;
  readonly anyOf?: readonly SchemaNode[];
}

/** Keys the schema allows at a path, for "did you mean". */
function allowedKeysAt(path: readonly string[]): string[] {
  let node = requirementsInputSchema.toJSONSchema({ io: 'input' }) as SchemaNode;
  for (const key of path) {
    const next: SchemaNode | undefined = node.properties?.[key];
    if (!next) return [];
    node = next.anyOf?.find((branch) => branch.properties) ?? next;
  }
  return Object.keys(node.properties ?? {});
}
