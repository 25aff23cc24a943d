import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { serializePlan } from '../../src/plan/document';
import { DesignMemory } from '../../src/planning/design-memory';
import { makePlan } from '../../src/planning/plan';
import type { RequirementsInput } from '../../src/requirements/input';
import { resolveRequirements } from '../../src/requirements/resolve';
import { seeded } from './random-requirements';

const SERVICE: RequirementsInput = { model: 'Qwen3.5-9B', instanceTypes: { allow: ['g6e', 'g7e', 'p5'] } };

/** What a user moves, one thing after the other; some of it changes the engines to choose from, most does not. */
function moved(random: () => number): RequirementsInput {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  return {
    ...SERVICE,
    workload: { requestsPerSecond: pick([0.5, 3, 20]), preset: pick(['chat', 'chat', 'rag'] as const) },
    slo: { tpotP95Seconds: pick([0.02, 0.05]) },
    regions: pick([['us-east-1'], ['us-east-1', 'eu-central-1']]),
    markets: pick([['on-demand' as const], ['spot' as const]]),
    confidence: pick([0.5, 0.8]),
    contextTokens: pick([32_768, 32_768, 65_536]),
    sizing: { survive: pick(['nothing', 'machine'] as const), mtp: random() < 0.8 },
  };
}

test('a plan is the same whatever was planned before it', () => {
  const random = seeded(7);
  const designs = new DesignMemory();
  const planned = (input: RequirementsInput, memory?: DesignMemory): string => {
    const data = { catalogue: EMBEDDED_CATALOGUE, ...(memory ? { designs: memory } : {}) };
    try {
      return serializePlan(makePlan(resolveRequirements(input, EMBEDDED_CATALOGUE), data));
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (let i = 0; i < 12; i++) {
    const input = moved(random);
    expect(planned(input, designs)).toBe(planned(input));
  }
}, 60_000);
