import { isDeepStrictEqual as same } from 'node:util';
import type { Emulator, Forgotten } from './stack';

/** As much of `terraform show -json` of a plan as tells what would change. */
export interface PlanFile {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly type: string;
    readonly change: Change;
  }[];
}

interface Change {
  readonly actions: readonly string[];
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly after_unknown: Readonly<Record<string, unknown>>;
}

/** What a second plan would change: not explained by the emulator's memory, and which entries of it were needed. */
export interface Drift {
  readonly unexplained: readonly string[];
  readonly used: ReadonlySet<Forgotten>;
}

const holdsUnknown = (value: unknown): boolean =>
  value === true || (typeof value === 'object' && value !== null && Object.values(value).some(holdsUnknown));

/** Whether all that is known of `after` was so before. */
function agrees(before: unknown, after: unknown): boolean {
  if (after === null || after === undefined) return true;
  if (typeof after !== 'object' || typeof before !== 'object' || before === null) return same(before, after);
  return Object.entries(after).every(([key, value]) =>
    agrees((before as Record<string, unknown>)[key], value),
  );
}

const explains = ({ answers, answersMore }: Forgotten, before: unknown, after: unknown): boolean =>
  answersMore === true
    ? Array.isArray(before) &&
      Array.isArray(after) &&
      after.every((item) => before.some((b) => same(b, item)))
    : same(before, answers);

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 200) ?? 'nothing';

/** Each change of a plan made right after an apply, except attributes that the emulator is known to answer wrongly. */
export function drift(plan: PlanFile, { forgotten, following }: Emulator): Drift {
  const used = new Set<Forgotten>();
  const attributes = (type: string, address: string, change: Change): string[] => {
    const { before, after, after_unknown: unknown } = change;
    const keys = new Set([...Object.keys(before!), ...Object.keys(after!), ...Object.keys(unknown)]);
    return [...keys].flatMap((key) => {
      const [was, becomes] = [before![key], after![key]];
      const later = holdsUnknown(unknown[key]);
      if (!later && same(was, becomes)) return [];
      const named = (entry: { resource: string; attribute: string }) =>
        entry.resource === type && entry.attribute === key;
      if (later && agrees(was, becomes) && following.some(named)) return [];
      const known = forgotten.find((entry) => named(entry) && explains(entry, was, becomes));
      if (known === undefined)
        return [`${address}.${key}: ${shown(was)} -> ${later ? 'known after apply' : shown(becomes)}`];
      used.add(known);
      return [];
    });
  };
  const unexplained = (plan.resource_changes ?? []).flatMap(({ address, type, change }) => {
    const actions = change.actions.join(', ');
    if (actions === 'no-op' || actions === 'read') return [];
    // Only an update may be the emulator's doing: what is created or replaced was not there, or not so.
    return actions === 'update' ? attributes(type, address, change) : [`${address}: ${actions}`];
  });
  return { unexplained, used };
}
