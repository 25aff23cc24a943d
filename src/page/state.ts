import { FLAGS, type Flag, labelOf } from '../requirements/flags';

/**
 * What the page asks: flags of `qwen-selfhost plan` without their dashes, with the text as typed. The switch pair
 * `--thinking`, `--no-thinking` is one entry, `thinking`: on or off. What is left out is the planner's to fill in.
 */
export type State = Readonly<Record<string, string | readonly string[]>>;

/** Flags the page has fields for, in the order of its form. */
export const FIELDS = [
  'model',
  'checkpoint',
  'quality-floor',
  'context',
  'multimodal',
  'adapter',
  'adapters-at-once',
  'adapter-layers',
  'preset',
  'rate',
  'users',
  'seconds-between-requests',
  'input-tokens',
  'input-tokens-p95',
  'output-tokens',
  'output-tokens-p95',
  'shared-prefix',
  'thinking',
  'hourly-factors',
  'ttft-p95',
  'tpot-p95',
  'confidence',
  'region',
  'market',
  'survive',
  'min-zones',
  'budget',
  'savings-plan',
  'block-start',
  'block-days',
  'allow-type',
  'deny-type',
  'name',
  'tag',
  'exposure',
  'certificate',
  'allow-cidr',
  'vpc',
  'machine-subnet',
  'load-balancer-subnet',
  'nat',
  'weights',
  'image',
] as const;
export type FieldName = (typeof FIELDS)[number];

/** Fields that take several values. */
export const LISTS: ReadonlySet<string> = new Set<FieldName>([
  'adapter',
  'region',
  'market',
  'allow-type',
  'deny-type',
  'tag',
  'allow-cidr',
  'machine-subnet',
  'load-balancer-subnet',
]);
/** Fields that switch something, or leave it to the planner, and which way. */
export const SWITCHES: ReadonlyMap<string, readonly string[]> = new Map<FieldName, readonly string[]>([
  ['thinking', ['on', 'off']],
  ['multimodal', ['on']],
]);

export const FIRST_STATE: State = { model: 'Qwen3.5-35B-A3B', rate: '2' };

/** 24 shares of the peak are long, and the repository and commit of an adapter; of which there may be 64. */
export const LONGEST_VALUE = 320;
export const MOST_VALUES = 64;

/** The flag of the command line, by its name without dashes. */
export const flagNamed = (name: string): Flag => {
  const flag = FLAGS.find((candidate) => labelOf(candidate) === `--${name}`);
  if (flag === undefined) throw new Error(`no flag --${name}`);
  return flag;
};

export interface GivenFlag {
  readonly flag: Flag;
  readonly given: string | readonly string[];
}

/** The flags a state stands for, in the order of the form. */
export function flagsOf(state: State): GivenFlag[] {
  return FIELDS.flatMap((name) => {
    const given = state[name];
    if (given === undefined || given.length === 0) return [];
    if (!SWITCHES.has(name)) return [{ flag: flagNamed(name), given }];
    return [{ flag: flagNamed(given === 'off' ? `no-${name}` : name), given: '' }];
  });
}

/** The state as the fragment of an address, without the `#`. */
export function fragmentOf(state: State): string {
  const pairs = FIELDS.flatMap((name) =>
    [state[name] ?? []].flat().map((value): [string, string] => [name, value]),
  );
  return new URLSearchParams(pairs.filter(([, value]) => value !== '')).toString();
}

export interface ReadState {
  readonly state: State;
  /** What the address holds beyond what the page knows, for people; empty when all was understood. */
  readonly ignored: readonly string[];
}

/** Reads a fragment anybody may have written: unknown names, repeated, long and unprintable values are left out and named. */
export function readFragment(fragment: string): ReadState {
  const state: Record<string, string | string[]> = {};
  const ignored: string[] = [];
  for (const [name, value] of new URLSearchParams(fragment.replace(/^#/, ''))) {
    if (!isField(name)) ignored.push(`${printable(name)}: no field of this page`);
    else if (value.length > LONGEST_VALUE || value !== printable(value))
      ignored.push(`${name}: not a value that can be typed`);
    else if (SWITCHES.get(name)?.includes(value) === false)
      ignored.push(`${name}: ${SWITCHES.get(name)!.join(' or ')}`);
    else if (LISTS.has(name)) {
      const values = (state[name] ?? []) as string[];
      if (values.length >= MOST_VALUES) ignored.push(`${name}: more than ${MOST_VALUES}`);
      else if (value !== '' && !values.includes(value)) state[name] = [...values, value];
    } else if (Object.hasOwn(state, name)) ignored.push(`${name}: given twice`);
    else if (value !== '') state[name] = value;
  }
  return {
    state: Object.keys(state).length === 0 ? FIRST_STATE : withModel(state),
    ignored: [...new Set(ignored)],
  };
}

const withModel = (state: State): State =>
  'model' in state ? state : { model: FIRST_STATE.model!, ...state };

const isField = (name: string): name is FieldName => (FIELDS as readonly string[]).includes(name);

/** Without control characters and lone surrogates, cut to a length one can read. */
function printable(text: string): string {
  return text.slice(0, LONGEST_VALUE).replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffd]/gu, '');
}
