import type * as z from 'zod';
import { didYouMean, quote } from '../errors';

type Issue = z.core.$ZodIssue;

/** The most specific issue of a failed parse: unions report the branch that came closest. */
export function firstIssue(error: z.ZodError): Issue {
  let issue: Issue = error.issues[0]!;
  while (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const deepest = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0]!;
    const inner: Issue | undefined = deepest[0];
    if (!inner) break;
    issue = { ...inner, path: [...issue.path, ...inner.path] } as Issue;
  }
  return issue;
}

const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map((issue) => issue.path.length));

/** The value at a path of what the user gave. */
export function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    document,
  );
}

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return quote(value);
  return typeof value === 'object' && value !== null ? quote(JSON.stringify(value)) : String(value);
};

const TYPE_NAMES: Record<string, string> = {
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section with keys',
  int: 'a whole number',
  record: 'a section with keys',
};

/** YAML takes a commit of digits, or a name such as `on`, for something else than text; a number in quotes is text. */
function typeHint(expected: string, value: unknown): string {
  const quotable = typeof value === 'number' || typeof value === 'boolean';
  if (expected === 'string' && quotable) return '; put it in quotes';
  if (expected === 'array' && typeof value === 'string')
    return /^[\w.*-]+$/.test(value) ? `; put it in brackets: [${value}]` : '; put it in brackets: [a, b]';
  if ((expected !== 'number' && expected !== 'int') || typeof value !== 'string') return '';
  return value.trim() !== '' && Number.isFinite(Number(value))
    ? '; leave out the quotes'
    : '; give plain digits such as 2 or 0.05, without units';
}

/** What is wrong with a value, what is allowed, and the likely fix, without naming the place. */
export function describeIssue(issue: Issue, value: unknown, allowedKeys: readonly string[] = []): string {
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = TYPE_NAMES[issue.expected] ?? issue.expected;
      if (value === null && issue.expected === 'object')
        return 'is empty; give it keys, or leave the line out for the defaults';
      return value === undefined
        ? `is missing; give ${wanted}${exampleOf(issue.path)}`
        : `${shown(value)} is not ${wanted}${typeHint(issue.expected, value)}`;
    }
    case 'unrecognized_keys': {
      const key = issue.keys[0] ?? '';
      const hint = didYouMean(key, allowedKeys);
      return `unknown key ${quote(key)}${hint || (allowedKeys.length > 0 ? `; allowed: ${allowedKeys.join(', ')}` : '')}`;
    }
    case 'too_small':
      if (value === '') return 'is empty; give a value';
      if (Array.isArray(value)) return `${entriesOf(value)}; it must have at least ${issue.minimum}`;
      return `${shown(value)} is too small; ${bound(issue.origin, issue.minimum, issue.inclusive ?? false, 'at least', 'above')}`;
    case 'too_big':
      if (Array.isArray(value)) return `${entriesOf(value)}; it must have at most ${issue.maximum}`;
      return `${shown(value)} is too large; ${bound(issue.origin, issue.maximum, issue.inclusive ?? false, 'at most', 'below')}`;
    case 'invalid_value':
      return `${shown(value)} is not one of ${issue.values.map(String).join(', ')}${nearestOf(value, issue.values)}`;
    case 'invalid_key':
      return `key ${describeIssue(issue.issues[0]! as Issue, issue.path.at(-1))}`;
    case 'invalid_format':
      return `${shown(value)} does not fit; ${formatHint(issue)}`;
    default:
      return `${shown(value)}: ${issue.message}`;
  }
}

const entriesOf = ({ length }: readonly unknown[]): string =>
  length === 0 ? 'is an empty list' : `has ${length} ${length === 1 ? 'entry' : 'entries'}`;

const nearestOf = (value: unknown, allowed: readonly unknown[]): string =>
  typeof value === 'string' ? didYouMean(value, allowed.map(String)) : '';

const exampleOf = (path: Issue['path']): string =>
  path.join('.') === 'model' ? ", such as 'model: Qwen3.5-35B-A3B'" : '';

function bound(
  origin: string,
  limit: number | bigint,
  inclusive: boolean,
  inclusiveWord: string,
  exclusiveWord: string,
): string {
  const unit = origin === 'string' ? ' characters' : '';
  return `it must be ${inclusive ? inclusiveWord : exclusiveWord} ${limit}${unit}`;
}

const FORMAT_NAMES: Readonly<Record<string, string>> = {
  cidrv4: 'a CIDR such as 10.0.0.0/8',
  cidrv6: 'a CIDR such as 10.0.0.0/8',
  date: 'a day of the calendar such as 2027-01-15',
  email: 'an address such as ops@example.com',
  url: 'a URL such as https://issuer.example.com',
};

function formatHint(issue: Extract<Issue, { code: 'invalid_format' }>): string {
  if (issue.format === 'regex') {
    return issue.message.startsWith('Invalid')
      ? `expected the form ${'pattern' in issue ? issue.pattern : ''}`
      : `expected ${issue.message}`;
  }
  return `expected ${FORMAT_NAMES[issue.format] ?? issue.format}`;
}
