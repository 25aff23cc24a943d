import { UserError } from '../../src/errors';
import { parsePlan, serializePlan } from '../../src/plan/document';
import { planOf } from '../golden/cases';

const plan = planOf(
  'model: Qwen3.5-9B\ninstanceTypes: { allow: [g6e.xlarge] }\nworkload: { requestsPerSecond: 0.01 }',
);

test('parse(serialize(plan)) is the plan', () => {
  expect(parsePlan(serializePlan(plan), 'x')).toEqual(plan);
});

test('a point of a chart is one line of the document, whatever its texts hold', () => {
  const hostile = '"series": {\n  }, {\n      }';
  const candidates = plan.series!.candidates.map((candidate) => ({ ...candidate, engine: hostile }));
  const changed = { ...plan, notes: [hostile], series: { ...plan.series!, candidates } };
  const text = serializePlan(changed);
  expect(parsePlan(text, 'x')).toEqual(changed);
  const { load, cost } = plan.series!;
  const from = text.indexOf('\n  "series": {');
  const lines = text.slice(from + 1, text.indexOf('\n  }', from)).split('\n');
  // A line a point, two for each list, one for the object.
  expect(lines).toHaveLength(load.length + cost.length + candidates.length + 2 * 3 + 1);
  expect(lines.filter((line) => line.startsWith('      { "requestsPerSecond"'))).toHaveLength(
    load.length + cost.length,
  );
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
