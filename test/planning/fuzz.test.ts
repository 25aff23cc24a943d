import fc from 'fast-check';
import { UserError } from '../../src/errors';
import { parsePlan, serializePlan } from '../../src/plan/document';
import type { Plan } from '../../src/plan/schema';
import { requirementsJsonSchema } from '../../src/requirements/input';
import { anyCharacter } from '../any-character';
import { planOf } from '../golden/cases';
import { fuzzedRequirements } from './fuzzed-requirements';

/** A plan that holds together, or one line for the user; anything else is a defect. */
function outcomeOf(document: unknown): 'plan' | 'refused' {
  try {
    const plan = planOf(JSON.stringify(document));
    expect(parsePlan(serializePlan(plan), 'fuzz')).toEqual(plan);
    expectAsAsked(plan);
    expect(plan.memory.poolBlocks).toBeGreaterThanOrEqual(plan.engine.maxNumSeqs);
    expect(plan.predicted.utilisation).toBeLessThanOrEqual(0.701);
    return 'plan';
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).not.toMatch(/[\n\r]|undefined|NaN|\[object/);
    expect(error.message.length).toBeLessThan(1200);
    return 'refused';
  }
}

/** What a plan may not leave out of what was asked. */
function expectAsAsked({ requirements: asked, choice, cost, predicted }: Plan): void {
  expect(asked.markets).toContain(choice.market);
  expect(asked.regions).toContain(choice.region);
  expect(choice.replicas).toBeGreaterThanOrEqual(asked.minReplicas);
  expect(choice.zoneIds.length).toBeGreaterThanOrEqual(asked.minZones);
  expect(cost.usdPerMonth).toBeLessThanOrEqual(asked.monthlyBudgetUsd ?? Number.POSITIVE_INFINITY);
  expect(predicted.ttftP95Seconds.expected).toBeLessThanOrEqual(asked.slo.ttftP95Seconds);
  expect(predicted.tpotP95Seconds.expected).toBeLessThanOrEqual(asked.slo.tpotP95Seconds);
}

/** .ci/run asks for 2,000; each plan is simulated, so `npm test` takes fewer. */
const CASES = Number(process.env.FUZZ_CASES ?? 40);

test(
  'fuzzed requirements give a plan or one clear line',
  () => {
    const seen = { plan: 0, refused: 0 };
    fc.assert(
      fc.property(fuzzedRequirements, (document) => {
        seen[outcomeOf(document)]++;
      }),
      // Shrinking replans hundreds of times; the seed and path of a failure are enough to repeat it.
      { numRuns: CASES, seed: 20261123, endOnFailure: true },
    );
    expect(seen.plan).toBeGreaterThan(CASES / 20);
    expect(seen.refused).toBeGreaterThan(CASES / 10);
  },
  60_000 + 300 * CASES,
);

interface SchemaNode {
  readonly properties?: Record<string, SchemaNode>;
  readonly anyOf?: readonly SchemaNode[];
}

const fieldsOf = ({ properties = {}, anyOf = [] }: SchemaNode, path = ''): string[] => [
  ...anyOf.flatMap((branch) => fieldsOf(branch, path)),
  ...Object.entries(properties).flatMap(([key, node]) => [
    `${path}${key}`,
    ...fieldsOf(node, `${path}${key}.`),
  ]),
];

test('every field of the requirements is drawn', () => {
  const drawn = (document: unknown, path: readonly string[]): boolean =>
    path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], document) !==
    undefined;
  const documents = fc.sample(fuzzedRequirements, { numRuns: 600, seed: 20261126 });
  const missing = fieldsOf(requirementsJsonSchema() as SchemaNode).filter(
    (field) => !documents.some((document) => drawn(document, field.split('.'))),
  );
  expect(missing).toEqual([]);
});

test('text that is not a document at all is refused in one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 200 }), (text) => {
      try {
        planOf(text);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect((error as UserError).message).not.toMatch(/[\n\r]/);
      }
    }),
    { numRuns: 500, seed: 20261123 },
  );
});
