import { planOf } from '../golden/cases';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const ADAPTERS = `adapters: [{ name: support, repository: acme/support-lora, revision: ${COMMIT}, rank: 16 }]`;
const base = 'model: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: 5 }';

test('a plan with adapters gives them room, drafts nothing, and says how sure it is', () => {
  const without = planOf(`${base}\nsizing: { mtp: false, mixedFleets: false }`);
  const plan = planOf(`${base}\n${ADAPTERS}\nsizing: { mixedFleets: false }`);
  const { memory, engine, predicted } = plan;
  const parts = [
    'weightsGiB',
    'peakActivationGiB',
    'cudaGraphGiB',
    'otherGiB',
    'kvCacheGiB',
    'marginGiB',
  ] as const;
  const sum = parts.reduce((total, part) => total + memory[part], memory.adaptersGiB ?? 0);
  expect(memory.adaptersGiB).toBeGreaterThan(0);
  expect(sum / memory.usableGiB).toBeCloseTo(1, 2);
  expect(engine.mtpTokens).toBe(0);
  expect(engine.arguments).toContain(
    `support=/cache/huggingface/hub/models--acme--support-lora/snapshots/${COMMIT}`,
  );
  expect(predicted.basis).not.toBe('measured');
  expect(plan.cost.usdPerMonth).toBeGreaterThanOrEqual(without.cost.usdPerMonth);
  expect(plan.risks.join('\n')).toMatch(/may load and yet change nothing.*vllm#49354/);
  expect(without.risks.join('\n')).not.toMatch(/adapter/i);
  expect(plan.notes.join('\n')).toMatch(/1 LoRA adapter.*all requests are taken to use one/);
});

test('adapters of experts cost more than those of projections', () => {
  const projections = planOf(`${base}\n${ADAPTERS}\nsizing: { mixedFleets: false }`);
  const all = planOf(`${base}\n${ADAPTERS}\nsizing: { adapterLayers: all, mixedFleets: false }`);
  expect(all.cost.usdPerMonth).toBeGreaterThan(projections.cost.usdPerMonth);
  expect(all.engine.arguments).not.toContain('--lora-target-modules');
});
