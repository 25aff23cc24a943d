import { FIELDS, type FieldName, flagNamed } from '../state';

/** The field a message of the planner is about: the one it starts with (`--rate: …`), or the first it names. */
export function fieldOf(message: string): FieldName | null {
  const named = [...message.matchAll(/--(?:no-)?([a-z0-9-]+)/g)].map(([, name]) => name);
  const mentioned = FIELDS.find(
    (field) => field === named.find((name) => FIELDS.some((known) => known === name)),
  );
  if (mentioned !== undefined) return mentioned;
  return PLACES.find(([pattern]) => pattern.test(message))?.[1] ?? byPath(message);
}

/** The field whose place in `selfhost.yaml` (`network.certificateArn`) the message names first. */
function byPath(message: string): FieldName | null {
  const places = FIELDS.map((field) => {
    const { path } = flagNamed(field);
    return { field, at: path.length > 1 ? message.indexOf(path.join('.')) : -1 };
  });
  return places.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at)[0]?.field ?? null;
}

/** Messages about a field that name it otherwise. */
const PLACES: readonly (readonly [RegExp, FieldName])[] = [
  [/^unknown model/, 'model'],
  [/^unknown region/, 'region'],
  [/^checkpoint | has no \S+ checkpoint/, 'checkpoint'],
  [/^adapters\b|^(two|an) adapters? /, 'adapter'],
  [/^no GPU instance type matches/, 'allow-type'],
  [/^workload\.inputTokens/, 'input-tokens-p95'],
  [/^workload\.outputTokens/, 'output-tokens-p95'],
];
