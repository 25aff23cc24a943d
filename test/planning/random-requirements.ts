import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { MODELS } from '../../src/models/registry';
import type { PlanningContext } from '../../src/planning/candidate';
import { planningContext } from '../../src/planning/draft';
import type { RequirementsInput } from '../../src/requirements/input';
import { resolveRequirements } from '../../src/requirements/resolve';
import { PRESET_NAMES } from '../../src/workload/presets';

/** A seeded generator of numbers from 0 to below 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const REGIONS = [
  'us-east-1',
  'us-west-2',
  'eu-central-1',
  'eu-west-2',
  'ap-northeast-1',
  'ap-south-1',
  'sa-east-1',
  'eu-north-1',
];

/** Requirements over the whole catalogue of one to three regions; everything else varies too. */
export function randomInput(random: () => number): RequirementsInput {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const between = (low: number, high: number): number => low * (high / low) ** random();
  const regions = REGIONS.filter(() => random() < 0.2);
  return {
    model: pick(MODELS).name,
    qualityFloor: pick(['bf16', 'fp8', 'fp8', 'int4'] as const),
    workload: { preset: pick(PRESET_NAMES), requestsPerSecond: between(0.01, 200), thinking: random() < 0.5 },
    slo: { ttftP95Seconds: between(0.5, 30), tpotP95Seconds: between(0.01, 0.3) },
    regions: regions.length > 0 ? regions : [pick(REGIONS)],
    markets: random() < 0.8 ? ['on-demand'] : ['on-demand', 'spot'],
    minReplicas: random() < 0.7 ? 1 : 3,
    confidence: pick([0.5, 0.8, 0.95]),
    sizing: {
      // Engine options multiply the candidates of the exhaustive search by eight.
      ...(random() < 0.93 ? { fp8KvCache: false, mtp: false } : {}),
      survive: pick(['nothing', 'nothing', 'machine', 'zone'] as const),
      ...(random() < 0.07 ? { hourlyFactors: Array.from({ length: 24 }, () => random()) } : {}),
    },
  };
}

/** The context of an input. */
export function contextOf(input: RequirementsInput): PlanningContext {
  return planningContext(resolveRequirements(input, EMBEDDED_CATALOGUE), { catalogue: EMBEDDED_CATALOGUE });
}
