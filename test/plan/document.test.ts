import { UserError } from '../../src/errors';
import { parsePlan, serializePlan } from '../../src/plan/document';
import { planOf } from '../golden/cases';

const plan = planOf(
  'model: Qwen3.5-9B\ninstanceTypes: { allow: [g6e.xlarge] }\nworkload: { requestsPerSecond: 0.01 }',
);

test('parse(serialize(plan)) is the plan', () => {
  expect(parsePlan(serializePlan(plan), 'x')).toEqual(plan);
});

test('a byte order mark before a plan is no part of it', () => {
  expect(parsePlan(`\uFEFF${serializePlan(plan)}`, 'x')).toEqual(plan);
});

test.each([
  ['not JSON', '{', /^p\.json: not JSON/],
  ['lines of something else', 'model: x\nname: y', /^p\.json: not JSON \([^\n]*\); write it again/],
  [
    'another version',
    JSON.stringify({ ...plan, schemaVersion: 99 }),
    /^p\.json: schemaVersion 99, this program reads 1; plan again/,
  ],
  ['no version', '{}', /no schemaVersion/],
  ['null', 'null', /no schemaVersion/],
  [
    'a damaged field',
    JSON.stringify({ ...plan, choice: { ...plan.choice, instances: -1 } }),
    /^p\.json: choice\.instances:/,
  ],
  ['an added field', JSON.stringify({ ...plan, extra: 1 }), /extra/],
])('%s is refused in one line', (_, text, expected) => {
  expect(() => parsePlan(text, 'p.json')).toThrow(UserError);
  expect(() => parsePlan(text, 'p.json')).toThrow(expected);
});
