import { FIELDS, type FieldName } from '../state';

/** The field a message of the planner is about: the one it starts with (`--rate: …`), or the first it names. */
export function fieldOf(message: string): FieldName | null {
  const named = [...message.matchAll(/--(?:no-)?([a-z0-9-]+)/g)].map(([, name]) => name);
  const mentioned = FIELDS.find(
    (field) => field === named.find((name) => FIELDS.some((known) => known === name)),
  );
  if (mentioned !== undefined) return mentioned;
  return PLACES.find(([pattern]) => pattern.test(message))?.[1] ?? null;
}

/** Messages about a field that name it otherwise. */
const PLACES: readonly (readonly [RegExp, FieldName])[] = [
  [/^unknown model/, 'model'],
  [/^unknown region/, 'region'],
  [/^checkpoint | has no \S+ checkpoint/, 'checkpoint'],
  [/^workload\.inputTokens/, 'input-tokens-p95'],
  [/^workload\.outputTokens/, 'output-tokens-p95'],
];
