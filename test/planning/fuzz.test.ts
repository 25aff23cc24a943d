import fc from 'fast-check';
import { UserError } from '../../src/errors';
import { EMBEDDED_CATALOGUE, regionsOf } from '../../src/hardware/offerings';
import { CHECKPOINT_KEYS, QUALITY_FLOORS } from '../../src/models/checkpoints';
import { MODEL_NAMES } from '../../src/models/registry';
import { parsePlan, serializePlan } from '../../src/plan/document';
import { MARKETS } from '../../src/requirements/input';
import { PRESET_NAMES } from '../../src/workload/presets';
import { planOf } from '../golden/cases';

const REGIONS = regionsOf(EMBEDDED_CATALOGUE);

/** Mostly sensible values, sometimes anything at all. */
const orAnything = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 150, arbitrary: value },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: hostile },
  );
const hostile = fc.constantFrom(
  '',
  `\${jndi:x}`,
  '$(reboot)',
  '"; rm -rf /',
  'ä\u0000\n',
  '%{ if true }',
  -1,
  0,
  1e308,
  Number.NaN,
  null,
  [],
  {},
);
const positive = (max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 1, max: 10_000 }).map((n) => (n * max) / 10_000);
const tokens = orAnything(
  fc.oneof(
    fc.integer({ min: 1, max: 20_000 }),
    fc.record(
      { mean: fc.integer({ min: 1, max: 10_000 }), p95: fc.integer({ min: 10_000, max: 60_000 }) },
      { requiredKeys: ['mean'] },
    ),
  ),
);

const requirements = fc.record(
  {
    model: orAnything(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...MODEL_NAMES) },
        { weight: 1, arbitrary: fc.string() },
      ),
    ),
    checkpoint: orAnything(
      fc.oneof(
        { weight: 8, arbitrary: fc.constant('auto') },
        { weight: 2, arbitrary: fc.constantFrom(...CHECKPOINT_KEYS) },
      ),
    ),
    qualityFloor: orAnything(fc.constantFrom(...QUALITY_FLOORS)),
    contextTokens: orAnything(fc.oneof(fc.integer({ min: 256, max: 1_010_000 }), fc.constant(262_144))),
    workload: orAnything(
      fc.record(
        {
          preset: orAnything(fc.constantFrom(...PRESET_NAMES)),
          requestsPerSecond: orAnything(positive(20)),
          inputTokens: tokens,
          outputTokens: tokens,
          sharedPrefixShare: orAnything(fc.double({ min: 0, max: 1, noNaN: true })),
          thinking: orAnything(fc.boolean()),
          streaming: orAnything(fc.boolean()),
        },
        { requiredKeys: [] },
      ),
    ),
    slo: orAnything(
      fc.record(
        {
          ttftP95Seconds: positive(60),
          tpotP95Seconds: fc.integer({ min: 20, max: 500 }).map((ms) => ms / 1000),
        },
        { requiredKeys: [] },
      ),
    ),
    regions: orAnything(
      fc.oneof(
        fc.constant(['us-east-1']),
        fc.array(fc.constantFrom(...REGIONS), { minLength: 1, maxLength: 2 }),
      ),
    ),
    // Few types at a time keep two thousand searches short; whole regions are searched in planning.test.ts.
    instanceTypes: orAnything(
      fc.record({
        allow: fc.subarray(['g6e', 'g7e', 'p5', 'p4d', 'g6.xlarge', 'p5e*'], { minLength: 2, maxLength: 3 }),
        deny: fc.subarray(['g6', 'g7e.2xlarge']),
      }),
    ),
    markets: orAnything(fc.oneof(fc.constant(['on-demand']), fc.subarray([...MARKETS], { minLength: 1 }))),
    minReplicas: orAnything(fc.integer({ min: 1, max: 9 })),
    minZones: orAnything(fc.integer({ min: 1, max: 2 })),
    monthlyBudgetUsd: orAnything(fc.integer({ min: 1000, max: 1_000_000 })),
    confidence: orAnything(fc.integer({ min: 50, max: 99 }).map((percent) => percent / 100)),
    name: orAnything(fc.constantFrom('a', 'my-service')),
    tags: orAnything(fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), fc.string({ maxLength: 9 }))),
  },
  { requiredKeys: ['model', 'instanceTypes'] },
);

/** A plan that holds together, or one line for the user; anything else is a defect. */
function outcomeOf(document: unknown): 'plan' | 'refused' {
  try {
    const plan = planOf(JSON.stringify(document));
    expect(parsePlan(serializePlan(plan), 'fuzz')).toEqual(plan);
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

/** .ci/run asks for 2,000; each plan is simulated, so `npm test` takes fewer. */
const CASES = Number(process.env.FUZZ_CASES ?? 200);

test(
  'fuzzed requirements give a plan or one clear line',
  () => {
    const seen = { plan: 0, refused: 0 };
    fc.assert(
      fc.property(requirements, (document) => {
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

test('text that is not a document at all is refused in one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
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
