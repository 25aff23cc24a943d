import { didYouMean, quote } from '../errors';
import type { Architecture } from './architecture';
import { CHECKPOINT_KEYS, type Checkpoint, type CheckpointKey } from './checkpoints';
import data from './data/models.json';

export interface Model {
  /** Canonical name without the organisation, for example `Qwen3.5-35B-A3B`. */
  readonly name: string;
  readonly hfId: string;
  readonly architecture: Architecture;
  readonly checkpoints: readonly Checkpoint[];
}

/** Date of the model data. */
export const MODELS_AS_OF: string = data.asOf;

// The JSON is generated and schema-checked in test/models/registry.test.ts.
const byQuality = (a: Checkpoint, b: Checkpoint): number =>
  CHECKPOINT_KEYS.indexOf(a.key) - CHECKPOINT_KEYS.indexOf(b.key);
export const MODELS: readonly Model[] = (data.models as unknown as Model[]).map((model) => ({
  ...model,
  checkpoints: [...model.checkpoints].sort(byQuality),
}));

/** Hosted API names that are not checkpoints themselves, and what to serve instead. */
export const HOSTED_TWINS: Readonly<Record<string, { readonly model: string; readonly note: string }>> = {
  'Qwen3.5-Flash': {
    model: 'Qwen3.5-35B-A3B',
    note: 'Qwen3.5-Flash is a hosted API; its open twin is Qwen3.5-35B-A3B (the hosted 1M context needs YaRN: ask for context 1010000).',
  },
  'Qwen3.5-Plus': {
    model: 'Qwen3.5-397B-A17B',
    note: 'Qwen3.5-Plus is a hosted API; its open twin is Qwen3.5-397B-A17B (the hosted 1M context needs YaRN: ask for context 1010000).',
  },
};

export type ModelLookup =
  | { readonly found: true; readonly model: Model; readonly note: string | null }
  | { readonly found: false };

const normalise = (name: string): string =>
  name
    .trim()
    .replace(/^qwen\//i, '')
    .toLowerCase();

/** Every name a user may give, canonical spelling. */
export const MODEL_NAMES: readonly string[] = [
  ...MODELS.map((model) => model.name),
  ...Object.keys(HOSTED_TWINS),
];

/** Finds a model by name, case-insensitively, with or without `Qwen/`; hosted names resolve to their open twin. */
export function findModel(name: string): ModelLookup {
  const wanted = normalise(name);
  const twin = Object.entries(HOSTED_TWINS).find(([alias]) => normalise(alias) === wanted);
  const canonical = twin?.[1].model ?? name;
  const model = MODELS.find((candidate) => normalise(candidate.name) === normalise(canonical));
  if (model) return { found: true, model, note: twin?.[1].note ?? null };
  return { found: false };
}

/** What to say of a name that is no model. */
export function unknownModel(name: string): string {
  const hint = didYouMean(normalise(name), MODEL_NAMES);
  return `unknown model ${quote(name)}${hint || '.'} Known: ${MODEL_NAMES.join(', ')}`;
}

/** The model of a canonical name; throws for a name that is not in the registry (a programming error). */
export function getModel(name: string): Model {
  const lookup = findModel(name);
  if (!lookup.found) throw new Error(`model ${name} is not in the registry`);
  return lookup.model;
}

export function findCheckpoint(model: Model, key: CheckpointKey): Checkpoint | undefined {
  return model.checkpoints.find((checkpoint) => checkpoint.key === key);
}
