import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { serializePlan } from '../../src/plan/document';
import { DesignMemory } from '../../src/planning/design-memory';
import { tryDraft } from '../../src/planning/draft';
import { mixQuestion } from '../../src/planning/mix/propose';
import { NoFleetError } from '../../src/planning/no-fleet';
import type { RequirementsInput } from '../../src/requirements/input';
import { resolveRequirements } from '../../src/requirements/resolve';
import { seeded } from './random-requirements';

/** What a user moves, one thing after the other; some of it changes the engines to choose from, most does not. */
function moved(random: () => number): RequirementsInput {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const office = Array.from({ length: 24 }, (_, hour) => (hour > 7 && hour < 18 ? 1 : 0.2));
  return {
    model: pick(['Qwen3.5-9B', 'Qwen3.5-9B', 'Qwen3.5-35B-A3B']),
    checkpoint: pick(['auto' as const, 'auto' as const, 'bf16' as const]),
    qualityFloor: pick(['fp8' as const, 'int4' as const]),
    name: pick(['a', 'b']),
    tags: pick([{}, { team: 'search' }]),
    instanceTypes: { allow: pick([['g6e', 'g7e', 'p5'], ['g6e', 'p5'], ['g7e']]) },
    minReplicas: pick([1, 1, 3]),
    workload: {
      requestsPerSecond: pick([0.5, 3, 20]),
      preset: pick(['chat', 'chat', 'rag'] as const),
      sharedPrefixShare: pick([0.3, 0.3, 0.8]),
    },
    slo: { tpotP95Seconds: pick([0.02, 0.05]), ttftP95Seconds: pick([2, 2, 4]) },
    regions: pick([['us-east-1'], ['us-east-1', 'eu-central-1']]),
    markets: pick([['on-demand' as const], ['spot' as const]]),
    confidence: pick([0.5, 0.8]),
    contextTokens: pick([32_768, 32_768, 65_536]),
    multimodal: random() < 0.2,
    sizing: {
      survive: pick(['nothing', 'machine'] as const),
      mtp: random() < 0.8,
      fp8KvCache: random() < 0.8,
      ...(random() < 0.3 ? { hourlyFactors: office, savingsPlanDiscount: 0.2 } : {}),
    },
  };
}

/** .ci/run asks for 40. */
const CASES = Number(process.env.MEMORY_CASES ?? 4);

function planned(input: RequirementsInput, memory?: DesignMemory): string {
  const data = { catalogue: EMBEDDED_CATALOGUE, ...(memory ? { designs: memory } : {}) };
  const draft = tryDraft(resolveRequirements(input, EMBEDDED_CATALOGUE), data);
  if (draft instanceof NoFleetError) return draft.message;
  const programs = mixQuestion(draft)?.regions.map(({ program }) => program) ?? [];
  return [serializePlan(draft.plan), ...programs].join('\n');
}

test('a plan, and the mixes looked for beside it, are the same whatever was planned before', () => {
  const random = seeded(7);
  const designs = new DesignMemory();
  const kinds = { plan: 0, mix: 0 };
  for (let i = 0; i < CASES; i++) {
    const input = moved(random);
    const text = planned(input, designs);
    expect(text).toBe(planned(input));
    if (text.startsWith('{')) kinds.plan++;
    if (/^minimize$/im.test(text)) kinds.mix++;
  }
  expect(kinds.plan).toBeGreaterThan(CASES / 2);
  expect(kinds.mix).toBeGreaterThan(0);
}, 300_000);

const engine: RequirementsInput = {
  model: 'Qwen3.5-35B-A3B',
  instanceTypes: { allow: ['g6e.xlarge'] },
  workload: {
    requestsPerSecond: 2,
    inputTokens: { mean: 3000, p95: 6000 },
    outputTokens: 400,
    sharedPrefixShare: 0.1,
  },
  slo: { ttftP95Seconds: 4 },
  sizing: { mtp: false, fp8KvCache: false },
};
const workload = (part: RequirementsInput['workload']) => ({ workload: { ...engine.workload, ...part } });

test.each<[string, Partial<RequirementsInput>]>([
  ['the release', { vllmVersion: '0.23.0' }],
  ['the context', { contextTokens: 200_000 }],
  ['images', { multimodal: true }],
  ['prompts', workload({ inputTokens: { mean: 1000, p95: 2000 } })],
  ['outputs', workload({ outputTokens: 700 })],
  ['the shared prefix', workload({ sharedPrefixShare: 0.7 })],
  ['history', workload({ historyShare: 0.6 })],
  ['the KV cache', { sizing: { ...engine.sizing, fp8KvCache: true } }],
  ['drafts', { sizing: { ...engine.sizing, mtp: true } }],
  ['adapters', { adapters: [{ name: 'a', repository: 'acme/a', revision: '0'.repeat(40), rank: 64 }] }],
])('engines are others with other requests or options: %s', (_, change) => {
  const designs = new DesignMemory();
  planned(engine, designs);
  const changed = { ...engine, ...change };
  expect(planned(changed, designs)).toBe(planned(changed));
});
