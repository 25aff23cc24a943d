import { quote } from '../errors';
import { type AdapterLayers, type AdapterRoom, adapterReleaseProblem, adapterRoom } from '../vllm/adapters';
import type { Adapter } from './adapter-schema';
import type { Sizing } from './sizing';

/** Slots on the GPU by default: each costs memory whether it is used or not. */
const USUAL_SLOTS = 4;

/** What of requirements concerns adapters. */
interface WithAdapters {
  readonly adapters?: readonly Adapter[] | undefined;
  readonly sizing?: Pick<Sizing, 'adaptersAtOnce' | 'adapterLayers'> | undefined;
}

/** The requirements' adapters; none unless some are named. */
export const adaptersOf = ({ adapters }: Pick<WithAdapters, 'adapters'>): readonly Adapter[] =>
  adapters ?? [];

/** Adapters that one batch may mix: slots that the GPU keeps for them. */
export const adapterSlots = ({ adapters, sizing }: WithAdapters): number =>
  adapters === undefined ? 0 : (sizing?.adaptersAtOnce ?? Math.min(adapters.length, USUAL_SLOTS));

/** Layers that the adapters may change; a machine refuses an adapter that changes others. */
export const layersOf = ({ sizing }: Pick<WithAdapters, 'sizing'>): AdapterLayers =>
  sizing?.adapterLayers ?? 'projections';

/** What the engine must keep for them on every GPU; null without any. */
export const roomOf = (requirements: WithAdapters): AdapterRoom | null =>
  adapterRoom(
    adaptersOf(requirements).map(({ rank }) => rank),
    adapterSlots(requirements),
    layersOf(requirements),
  );

/** What cannot be true at once about the adapters, each with its fix. */
export function adapterProblems(
  { adapters = [], sizing, vllmVersion }: WithAdapters & { readonly vllmVersion: string },
  modelName: string,
): string[] {
  const problems: string[] = [];
  const old = adapters.length > 0 ? adapterReleaseProblem(vllmVersion) : null;
  if (old !== null) problems.push(`${old}; leave out vllmVersion (--vllm)`);
  const names = adapters.map(({ name }) => name.toLowerCase());
  const twice = adapters.find(({ name }, i) => names.indexOf(name.toLowerCase()) !== i);
  if (twice !== undefined)
    problems.push(`two adapters are called ${quote(twice.name)}: callers choose by name, give each its own`);
  if (names.includes(modelName.toLowerCase()))
    problems.push(
      `an adapter is called ${quote(modelName)}, as the model itself: callers choose by name, give it another`,
    );
  const adaptersAtOnce = sizing?.adaptersAtOnce;
  if (adaptersAtOnce !== undefined && adaptersAtOnce > adapters.length)
    problems.push(
      `sizing.adaptersAtOnce (--adapters-at-once) ${adaptersAtOnce} is more than the ${adapters.length} adapters named; lower it, or name them (--adapter)`,
    );
  return problems;
}
