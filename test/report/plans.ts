import type { Plan } from '../../src/plan/schema';
import { planOf } from '../golden/cases';

/** One small machine. */
export const SMALL_PLAN: Plan = planOf(
  'name: small\nmodel: Qwen3.5-9B\nworkload: { requestsPerSecond: 0.5 }\ntags: { team: ml }',
);

/** A fleet that follows the day, bought on spot, against the user's own API prices. */
export const DAY_PLAN: Plan = planOf(
  [
    'name: day',
    'model: Qwen3.5-122B-A10B',
    'regions: [us-east-1, us-west-2]',
    'instanceTypes: { allow: [g7e, p4d] }',
    'markets: [on-demand, spot]',
    'workload: { requestsPerSecond: 12 }',
    'sizing:',
    '  survive: machine',
    `  hourlyFactors: [${[1, 1, 1, 1, 1, 2, 3, 5, 7, 9, 10, 10, 9, 9, 10, 10, 9, 7, 5, 4, 3, 2, 1, 1].map((tenths) => tenths / 10).join(', ')}]`,
    '  hostedApis: [{ name: our own gateway, inputUsdPerMillion: 0.2, outputUsdPerMillion: 1 }]',
  ].join('\n'),
);

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
