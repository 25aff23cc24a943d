import fc from 'fast-check';
import { EMBEDDED_CATALOGUE, regionsOf } from '../../src/hardware/offerings';
import { CHECKPOINT_KEYS, QUALITY_FLOORS } from '../../src/models/checkpoints';
import { MODEL_NAMES } from '../../src/models/registry';
import { MARKETS } from '../../src/requirements/input';
import { RELEASES } from '../../src/vllm/releases';
import {
  deployment,
  existingNetwork,
  frontDoor,
  ofRate,
  ofUsers,
  sizing,
  withAdapters,
} from './fuzzed-sections';
import { fewOf, orAnything, positive, section } from './fuzzed-values';

const REGIONS = regionsOf(EMBEDDED_CATALOGUE);

const document = fc.record(
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
    workload: fc.oneof(
      { weight: 30, arbitrary: section(ofRate) },
      { weight: 9, arbitrary: section(ofUsers) },
      { weight: 1, arbitrary: section({ ...ofRate, ...ofUsers, trace: fc.constant('requests.jsonl') }) },
    ),
    slo: section({
      ttftP95Seconds: positive(60),
      tpotP95Seconds: fc.integer({ min: 20, max: 500 }).map((ms) => ms / 1000),
    }),
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
    vllmVersion: orAnything(fc.constantFrom(...RELEASES.map(({ version }) => version))),
    multimodal: orAnything(fc.boolean()),
    network: fc.oneof(
      { weight: 6, arbitrary: fewOf(frontDoor) },
      { weight: 2, arbitrary: fc.record(existingNetwork) },
      { weight: 1, arbitrary: fewOf({ ...frontDoor, ...existingNetwork }) },
    ),
    sizing: section(sizing),
    deployment: fewOf(deployment),
    stateBackend: orAnything(
      fc.record(
        {
          bucket: fc.constant('my-terraform-state'),
          key: fc.constant('qwen/plan.tfstate'),
          region: fc.constantFrom(...REGIONS),
        },
        { requiredKeys: ['bucket'] },
      ),
    ),
    name: orAnything(fc.constantFrom('a', 'my-service')),
    tags: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom({}, { team: 'search', 'cost center': '4/2' }) },
      {
        weight: 1,
        arbitrary: fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), fc.string({ maxLength: 9 })),
      },
    ),
  },
  { requiredKeys: ['model', 'instanceTypes'] },
);

/** Documents with any of the fields of `selfhost.yaml`; a fifth of them can be planned. */
export const fuzzedRequirements = fc
  .tuple(
    document,
    fc.oneof({ weight: 7, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: withAdapters }),
  )
  .map(([fields, adapters]) => ({ ...fields, ...adapters }));
