import type { Plan } from './schema';

/** One difference between two plans, and what it means for whoever runs or pays for them. */
export interface PlanChange {
  /** Path of the field, `choice.instances`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
  /** `replaces`: machines are replaced; `interrupts`: engines restart; `informs`: nothing that runs changes. */
  readonly effect: 'replaces' | 'interrupts' | 'informs';
  readonly why: string;
}

type Rule = readonly [prefix: string, effect: PlanChange['effect'], why: string];

/** The first prefix that matches says why; fields without a rule follow from others and are left out. */
const RULES: readonly Rule[] = [
  ['choice.instanceType', 'replaces', 'other machines: the fleet is replaced, and another quota may apply'],
  ['choice.region', 'replaces', 'another region: everything is built anew, and data moves there'],
  ['choice.market', 'replaces', 'bought otherwise: price and the risk of losing machines change'],
  ['choice.zoneIds', 'replaces', 'machines move between zones'],
  ['choice.hfId', 'interrupts', 'other weights are downloaded and loaded: answers change'],
  ['choice.checkpoint', 'interrupts', 'another precision: answers and memory change'],
  ['choice.layout', 'interrupts', 'the model is spread over the GPUs otherwise: engines restart'],
  ['choice.replicasPerInstance', 'interrupts', 'another number of engines a machine'],
  ['choice.instances', 'informs', 'the fleet grows or shrinks'],
  ['engine.vllmVersion', 'interrupts', 'another release of the engine: defaults, memory and bugs differ'],
  ['engine.maxModelLen', 'interrupts', 'requests longer than this are refused'],
  ['engine.arguments', 'interrupts', 'engines restart with other settings'],
  ['engine.environment', 'interrupts', 'engines restart with other settings'],
  ['predicted.ttftP95Seconds.expected', 'informs', 'users wait longer or shorter for the first token'],
  ['predicted.tpotP95Seconds.expected', 'informs', 'tokens come faster or slower'],
  ['predicted.history', 'informs', 'how often conversations find what was said before'],
  ['predicted.utilisation', 'informs', 'headroom for more load'],
  ['timeoutsSeconds', 'informs', 'how long requests and machines are waited for'],
  ['scaling', 'informs', 'when machines are added and removed'],
  ['mix.proposed', 'informs', 'whether several fleets together save a tenth or more'],
  ['mix.usdPerMonth', 'informs', 'what the cheapest mix of fleets costs a month'],
  ['cost.usdPerMonth', 'informs', 'the monthly bill'],
  ['requirements', 'informs', 'what was asked for'],
  ['calibrations', 'informs', 'predictions rest on other measurements of your own'],
  ['dataDates', 'informs', 'prices or measurements of another date'],
];

/** What changed between two plans, in the order of the rules, and why each change matters. */
export function diffPlans(before: Plan, after: Plan): PlanChange[] {
  const changes: { change: PlanChange; rank: number }[] = [];
  walk(before, after, '', (path, a, b) => {
    const rank = RULES.findIndex(([prefix]) => path === prefix || path.startsWith(`${prefix}.`));
    if (rank < 0) return;
    const [, effect, why] = RULES[rank]!;
    changes.push({ change: { path, before: a, after: b, effect, why }, rank });
  });
  return changes.sort((a, b) => a.rank - b.rank).map(({ change }) => change);
}

type Report = (path: string, before: unknown, after: unknown) => void;

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lists are compared as a whole, because their order means something; a command line, flag by flag. */
function walk(before: unknown, after: unknown, path: string, report: Report): void {
  if (path === 'engine.arguments') {
    const of = (list: unknown): unknown => (Array.isArray(list) ? flagsOf(list as string[]) : list);
    walk(of(before), of(after), COMMAND_LINE, report);
  } else if (isSection(before) && isSection(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      walk(
        before[key],
        after[key],
        path === '' || path.endsWith('.') ? `${path}${key}` : `${path}.${key}`,
        report,
      );
    }
  } else if (JSON.stringify(before) !== JSON.stringify(after)) report(path, before ?? null, after ?? null);
}

/** Its flags are the fields. */
const COMMAND_LINE = 'engine.arguments.';

/** `--max-num-seqs 64` as a field `--max-num-seqs`; `true` for a switch, and what comes before the first flag under its place. */
function flagsOf(words: readonly string[]): Record<string, string | true> {
  const flags: Record<string, string | true> = {};
  let flag: string | null = null;
  words.forEach((word, i) => {
    if (word.startsWith('--')) {
      flag = word;
      flags[word] ??= true;
    } else if (flag === null) flags[i] = word;
    else flags[flag] = flags[flag] === true ? word : `${flags[flag]} ${word}`;
  });
  return flags;
}
