import { quote, UserError } from '../errors';

/** What a trace says of a request, and the names that others give it; capitals and punctuation count for nothing. */
const NAMES = {
  timestamp: ['timestamp', 'arrived_at', 'arrival_time'],
  input_tokens: ['input_tokens', 'ContextTokens', 'num_prefill_tokens', 'prompt_tokens', 'Request tokens'],
  output_tokens: [
    'output_tokens',
    'GeneratedTokens',
    'num_decode_tokens',
    'completion_tokens',
    'Response tokens',
  ],
  prefix_hash: ['prefix_hash'],
} as const;

export type Field = keyof typeof NAMES;
export const FIELDS = Object.keys(NAMES) as readonly Field[];

const letters = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const FIELD_OF = new Map<string, Field>(
  FIELDS.flatMap((field) => NAMES[field].map((name) => [letters(name), field] as const)),
);

/** Mooncake's names: its times are in milliseconds, and a prompt is a list of blocks, so that no renaming makes a trace of it. */
const MOONCAKE = new Set(['inputlength', 'outputlength', 'hashids']);
const FROM_MOONCAKE =
  "jq -c '{timestamp: (.timestamp / 1000), input_tokens: .input_length, output_tokens: .output_length}'";

/**
 * The name that stands for each field.
 * @throws UserError where two names could be one field, or a name is Mooncake's
 */
export function fieldsAmong(names: readonly string[], where: string): Partial<Record<Field, string>> {
  const found: Partial<Record<Field, string>> = {};
  for (const name of names) {
    if (MOONCAKE.has(letters(name)))
      throw new UserError(
        `${where}: ${quote(name)} is a name of Mooncake's traces, whose times are milliseconds; ${FROM_MOONCAKE} makes a trace of one`,
      );
    const field = FIELD_OF.get(letters(name));
    if (field === undefined) continue;
    const other = found[field];
    if (other !== undefined)
      throw new UserError(
        `${where}: ${quote(other)} and ${quote(name)} could both be ${field}; leave one of them out`,
      );
    found[field] = name;
  }
  return found;
}

/** What may be called so. */
export const namesOf = (field: Field): string => NAMES[field].join(', ');
