import { type Command, Option } from 'commander';
import { UserError } from '../../errors';
import { LIMITS } from '../../requirements/adapter-schema';
import {
  ADAPTER_LAYERS,
  type AdapterLayers,
  type AdapterRoom,
  adapterLayoutProblem,
  adapterReleaseProblem,
  adapterRoom,
} from '../../vllm/adapters';
import { wholeFlag } from '../number-flags';
import type { NamedEngine } from './named-engine';

/** LoRA adapters of one engine, as Commander hands them over: what of `plan`'s adapters changes memory and speed. */
export interface AdapterOptions {
  readonly adapterRank?: string;
  readonly adaptersAtOnce?: string;
  readonly adapterLayers?: AdapterLayers;
}

/** Adds the flags; all but the rank are `plan`'s. */
export const addAdapterFlags = (command: Command): Command =>
  command
    .option('--adapter-rank <r>', 'make room for LoRA adapters: the largest r of their adapter_config.json')
    .option('--adapters-at-once <n>', 'LoRA adapters that one batch may mix (default 1)')
    .addOption(
      new Option('--adapter-layers <which>', 'what they may change (default: projections)').choices(
        ADAPTER_LAYERS,
      ),
    );

/**
 * The room that the flags ask for; null without them.
 * @throws UserError for a number out of bounds, and where vLLM would not serve adapters
 */
export function adapterRoomOf(
  { adapterRank, adaptersAtOnce, adapterLayers }: AdapterOptions,
  { release, layout }: Pick<NamedEngine, 'release' | 'layout'>,
): AdapterRoom | null {
  if (adapterRank === undefined) {
    if (adaptersAtOnce === undefined && adapterLayers === undefined) return null;
    const flag = adaptersAtOnce === undefined ? '--adapter-layers' : '--adapters-at-once';
    throw new UserError(`${flag} goes with --adapter-rank: without a rank there are no adapters`);
  }
  const rank = wholeFlag('--adapter-rank', adapterRank, { min: 1, max: LIMITS.rank });
  const slots = wholeFlag('--adapters-at-once', adaptersAtOnce ?? '1', { min: 1, max: LIMITS.adapters });
  const layers = adapterLayers ?? 'projections';
  const old = adapterReleaseProblem(release.version);
  if (old !== null) throw new UserError(`--adapter-rank: ${old}; leave out --vllm`);
  const problem = adapterLayoutProblem(layout, layers);
  if (problem !== null) throw new UserError(`--adapter-layers ${layers}: ${problem}`);
  return adapterRoom([rank], slots, layers);
}
