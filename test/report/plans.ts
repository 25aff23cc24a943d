import type { Plan } from '../../src/plan/schema';
import { frozenPlan } from '../golden/frozen';

const small = frozenPlan('small-9b');
/** One small machine. */
export const SMALL_PLAN: Plan = {
  ...small,
  name: 'small',
  requirements: { ...small.requirements, tags: { team: 'ml' } },
};

/** A fleet that follows the day, bought on spot, against the user's own API prices. */
export const DAY_PLAN: Plan = frozenPlan('follows-the-day');

/** Keys whose values the schema fixes. */
const KEPT = new Set(['name', 'basis', 'kind']);

/** A plan whose every free text is the given one: names, tags, notes, reasons, sources. */
export function hostilePlan(text: string, plan: Plan = DAY_PLAN): Plan {
  const replaced = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return KEPT.has(key) || isEnum(value) ? value : text;
    if (Array.isArray(value)) return value.map((inner) => replaced(inner, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([inner, v]) => [inner, replaced(v, inner)]));
  };
  return { ...(replaced(plan, '') as Plan), requirements: { ...plan.requirements, tags: { [text]: text } } };
}

/** Values that the schema fixes. */
const ENUMS = new Set([
  'fp8',
  'bf16',
  'auto',
  'on-demand',
  'spot',
  'capacity-block',
  'listed',
  'assumed',
  'estimated',
]);
const isEnum = (value: string): boolean => ENUMS.has(value) || /^\d{4}-\d\d-\d\d$/.test(value);
