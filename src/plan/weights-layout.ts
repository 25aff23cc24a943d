import { adaptersOf } from '../requirements/adapters';
import type { Plan } from './schema';

/** What machines load: a repository at a revision. */
export interface WeightsSource {
  readonly repository: string;
  readonly revision: string;
}

/** The model that a plan serves. */
export const modelSource = ({ choice }: Plan): WeightsSource => ({
  repository: choice.hfId,
  revision: choice.revision,
});

/** Everything that a plan's machines load, each once: the model, then the adapters. Two names may share one adapter. */
export function weightsSources(plan: Plan): readonly WeightsSource[] {
  const adapters = adaptersOf(plan.requirements).map(({ repository, revision }) => ({
    repository,
    revision,
  }));
  const byPrefix = new Map([modelSource(plan), ...adapters].map((source) => [weightsPrefix(source), source]));
  return [...byPrefix.values()];
}

/** Where one revision lies in the bucket of a stack: `manifest.json` and `files/`. */
export const weightsPrefix = ({ repository, revision }: WeightsSource): string =>
  `${encodeURIComponent(repository).replaceAll('%2F', '/')}/${encodeURIComponent(revision)}/`;
