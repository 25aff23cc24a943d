import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import type { Plan } from '../../src/plan/schema';
import { makePlan } from '../../src/planning/plan';
import { readRequirements } from '../../src/requirements/document';
import { resolveRequirements } from '../../src/requirements/resolve';

/** Requirements whose plans and stacks are frozen: a change of either is read before it is accepted. */
export const GOLDEN_CASES: Readonly<Record<string, string>> = {
  'one-gpu': 'name: one-gpu\nmodel: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: 1 }',
  'tensor-parallel':
    'name: tensor-parallel\nmodel: Qwen3.5-27B\ncheckpoint: bf16\nregions: [us-west-2]\ninstanceTypes: { allow: [g6e.12xlarge] }\nslo: { ttftP95Seconds: 6 }',
  'moe-122b': 'name: moe-122b\nmodel: Qwen3.5-122B-A10B\ncheckpoint: fp8\nworkload: { requestsPerSecond: 3 }\nminReplicas: 2',
  'nvlink-397b': 'name: nvlink-397b\nmodel: Qwen3.5-397B-A17B\ncheckpoint: fp8\ninstanceTypes: { allow: [p5] }',
  'nvfp4-397b': 'name: nvfp4-397b\nmodel: Qwen3.5-397B-A17B\ncheckpoint: nvfp4\ninstanceTypes: { allow: [g7e] }\nslo: { tpotP95Seconds: 0.1, ttftP95Seconds: 6 }',
  'data-parallel':
    'name: data-parallel\nmodel: Qwen3.5-122B-A10B\ncheckpoint: fp8\ninstanceTypes: { allow: [p5.48xlarge] }\nworkload: { requestsPerSecond: 40 }',
  'small-9b': 'name: small-9b\nmodel: Qwen3.5-9B\nregions: [eu-central-1]\nworkload: { preset: rag, requestsPerSecond: 0.5, streaming: true }',
  adapters: `name: adapters\nmodel: Qwen3.5-35B-A3B\nworkload: { requestsPerSecond: 2 }\nadapters:\n  - { name: support, repository: acme/support-lora, revision: ${'01a3'.repeat(10)}, rank: 16 }\n  - { name: legal, repository: acme/legal-lora, revision: ${'45c7'.repeat(10)}, rank: 32 }`,
  'replicas-per-machine':
    'name: replicas-per-machine\nmodel: Qwen3.5-35B-A3B\ncheckpoint: fp8\ninstanceTypes: { allow: [p5.48xlarge] }\nworkload: { requestsPerSecond: 40 }',
  'follows-the-day':
    'name: day\nmodel: Qwen3.5-122B-A10B\nregions: [us-east-1, us-west-2]\ninstanceTypes: { allow: [g7e, p4d] }\nmarkets: [on-demand, spot]\nworkload: { requestsPerSecond: 12 }\nsizing: { survive: machine, hourlyFactors: [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1, 1, 0.9, 0.9, 1, 1, 0.9, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1], hostedApis: [{ name: our own gateway, inputUsdPerMillion: 0.2, outputUsdPerMillion: 1 }] }',
};

/** The plan of a requirements text, as the command line makes it. */
export function planOf(text: string): Plan {
  const input = readRequirements({ name: 'selfhost.yaml', text }, []);
  return makePlan(resolveRequirements(input, EMBEDDED_CATALOGUE), { catalogue: EMBEDDED_CATALOGUE });
}
