import { didYouMean, quote, UserError } from '../../errors';
import { findGpu, GPUS, type Gpu } from '../../hardware/gpus';
import type { Checkpoint } from '../../models/checkpoints';
import { findModel, type Model, unknownModel } from '../../models/registry';
import type { Layout } from '../../vllm/layout';
import { findRelease, LATEST_RELEASE, RELEASES, type Release } from '../../vllm/releases';
import { splitProblem } from '../../vllm/validity';
import { wholeFlag } from '../number-flags';

/** Flags that name an engine, as Commander hands them over. */
export interface NamedEngineOptions {
  readonly model: string;
  readonly checkpoint: string;
  readonly gpu: string;
  readonly tp: string;
  readonly pp: string;
  readonly dp: string;
  readonly ep?: boolean;
  readonly vllm?: string;
}

/** A model's checkpoint on so many GPUs of a kind, run by a release; the split is possible. */
export interface NamedEngine {
  readonly model: Model;
  readonly checkpoint: Checkpoint;
  readonly gpu: Gpu;
  readonly release: Release;
  readonly layout: Layout;
}

/** @throws UserError for an unknown name, with the nearest known one, or a split that is not possible, with those that are */
export function namedEngine(options: NamedEngineOptions): NamedEngine {
  const model = modelOf(options.model);
  const checkpoint = checkpointOf(model, options.checkpoint);
  const gpu = gpuOf(options.gpu);
  const release = releaseOf(options.vllm);
  const layout = layoutOf(options);
  const split = splitProblem(model.architecture, checkpoint.key, layout);
  if (split !== null)
    throw new UserError(
      `${model.name} ${checkpoint.key} cannot be split this way: ${split}; ${allowedSplits(model, checkpoint, layout)}`,
    );
  return { model, checkpoint, gpu, release, layout };
}

const layoutOf = (options: NamedEngineOptions): Layout => ({
  tensorParallel: wholeFlag('--tp', options.tp, { min: 1, max: 64 }),
  pipelineParallel: wholeFlag('--pp', options.pp, { min: 1, max: 64 }),
  dataParallel: wholeFlag('--dp', options.dp, { min: 1, max: 256 }),
  expertParallel: options.ep ?? false,
});

function allowedSplits(model: Model, checkpoint: Checkpoint, layout: Layout): string {
  const works = (tensorParallel: number): boolean =>
    splitProblem(model.architecture, checkpoint.key, { ...layout, tensorParallel }) === null;
  const allowed = Array.from({ length: 16 }, (_, i) => i + 1).filter(works);
  return allowed.length > 0 ? `TP ${allowed.join(', ')} would do` : 'no TP up to 16 would do';
}

function modelOf(name: string): Model {
  const lookup = findModel(name);
  if (lookup.found) return lookup.model;
  throw new UserError(`--model: ${unknownModel(name)}`);
}

function checkpointOf(model: Model, key: string): Checkpoint {
  const checkpoint = model.checkpoints.find((candidate) => candidate.key === key.trim().toLowerCase());
  if (checkpoint) return checkpoint;
  throw new UserError(
    `--checkpoint: ${model.name} has no ${quote(key)} checkpoint; it has ${model.checkpoints.map((known) => known.key).join(', ')}`,
  );
}

function gpuOf(id: string): Gpu {
  const gpu = findGpu(id);
  if (gpu) return gpu;
  const ids = GPUS.map((known) => known.id);
  throw new UserError(
    `--gpu: unknown GPU ${quote(id)}${didYouMean(id, ids) || '.'} Known: ${ids.join(', ')}`,
  );
}

function releaseOf(version: string | undefined): Release {
  const release = version === undefined ? LATEST_RELEASE : findRelease(version);
  if (release) return release;
  throw new UserError(
    `--vllm: unknown release ${quote(version)}; known: ${RELEASES.map((known) => known.version).join(', ')}`,
  );
}
