import type * as z from 'zod';
import { type Plan, planSchema } from '../../src/plan/schema';
import type { Adapter } from '../../src/requirements/adapter-schema';
import { adapterPath } from '../../src/vllm/adapter-path';

type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> }
    : T;
export type PlanOverrides = DeepPartial<Plan>;

const around = (expected: number) => ({ low: expected * 0.8, expected, high: expected * 1.25 });

/** 35B-A3B FP8 on one L40S per machine, two machines in two zones: a plan as the planner writes it. */
const BASE: z.input<typeof planSchema> = {
  schemaVersion: 1,
  name: 'qwen35-35b',
  summary: 'Qwen3.5-35B-A3B FP8 on 2 g6e.2xlarge in us-east-1',
  requirements: {
    name: 'qwen35-35b',
    model: 'Qwen3.5-35B-A3B',
    checkpoint: 'auto',
    qualityFloor: 'fp8',
    contextTokens: 32_768,
    workload: {
      preset: 'chat',
      requestsPerSecond: 1,
      concurrentUsers: null,
      secondsBetweenRequests: 60,
      inputTokens: { mean: 1000, p95: 2500 },
      outputTokens: { mean: 800, p95: 2000 },
      sharedPrefixShare: 0.3,
      thinking: true,
      streaming: false,
    },
    slo: { ttftP95Seconds: 2, tpotP95Seconds: 0.05 },
    regions: ['us-east-1'],
    instanceTypes: { allow: [], deny: [] },
    markets: ['on-demand'],
    minReplicas: 1,
    minZones: 1,
    monthlyBudgetUsd: null,
    confidence: 0.8,
    vllmVersion: '0.31.0',
    multimodal: false,
    network: {
      vpcId: null,
      machineSubnetIds: [],
      loadBalancerSubnetIds: [],
      exposure: 'internal',
      certificateArn: null,
      allowedCidrs: [],
    },
    stateBackend: null,
    tags: {},
  },
  notes: [],
  choice: {
    hfId: 'Qwen/Qwen3.5-35B-A3B-FP8',
    revision: 'main',
    checkpoint: 'fp8',
    checkpointBytes: 37_454_000_000,
    checkpointEvidence: 'verified',
    region: 'us-east-1',
    market: 'on-demand',
    zoneIds: ['use1-az1', 'use1-az4'],
    loadBalancerZoneIds: ['use1-az1', 'use1-az4'],
    instanceType: 'g6e.2xlarge',
    gpu: 'L40S',
    gpusPerInstance: 1,
    layout: { tensorParallel: 1, pipelineParallel: 1, dataParallel: 1, expertParallel: false },
    replicasPerInstance: 1,
    instances: 2,
    replicas: 2,
  },
  engine: {
    vllmVersion: '0.31.0',
    image: 'vllm/vllm-openai:v0.31.0',
    servedModelName: 'Qwen3.5-35B-A3B',
    arguments: [
      'Qwen/Qwen3.5-35B-A3B-FP8',
      '--revision',
      'main',
      '--served-model-name',
      'Qwen3.5-35B-A3B',
      '--max-model-len',
      '32768',
      '--max-num-seqs',
      '32',
      '--gpu-memory-utilization',
      '0.92',
      '--language-model-only',
      '--default-chat-template-kwargs',
      '{"enable_thinking": false}',
      '--shutdown-timeout',
      '600',
    ],
    environment: { VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '930', VLLM_NO_USAGE_STATS: '1' },
    maxModelLen: 32_768,
    maxNumSeqs: 32,
    maxNumBatchedTokens: 8192,
    gpuMemoryUtilization: 0.92,
    kvCacheDtype: 'auto',
    prefixCaching: true,
    mtpTokens: 0,
    reasons: {},
  },
  memory: {
    usableGiB: 44.4,
    usableEvidence: 'measured',
    weightsGiB: 34.9,
    peakActivationGiB: 1.5,
    cudaGraphGiB: 0.5,
    otherGiB: 0.3,
    marginGiB: 0.5,
    kvCacheGiB: 3.5,
    blockTokens: 1056,
    poolBlocks: 320,
    blocksPerMaxLenSequence: 34,
    maxLenSequences: 9.4,
  },
  predicted: {
    basis: 'related',
    ttftP95Seconds: around(0.9),
    tpotP95Seconds: around(0.02),
    outputTokensPerSecond: around(900),
    concurrencyPerReplica: 9,
    capacityRequestsPerSecondPerReplica: 1.1,
    utilisation: 0.5,
    limitedBy: 'decode bandwidth',
  },
  timeoutsSeconds: {
    longestRequest: 600,
    loadBalancerIdle: 900,
    engineKeepAlive: 930,
    deregistrationDelay: 600,
    engineShutdown: 600,
    systemdStop: 660,
    lifecycleHeartbeat: 780,
    coldStart: 900,
  },
  scaling: { minInstances: 2, maxInstances: 4, targetConcurrencyPerReplica: 20 },
  storage: { rootVolumeGiB: 150, weightsOnLocalNvme: true },
  cost: {
    usdPerHour: 4.5,
    usdPerMonth: 3285,
    instance: { usdPerHour: 2.24, source: 'test', evidence: 'listed' },
    items: [{ item: '2 x g6e.2xlarge', usdPerMonth: 3270 }],
    usdPerMillionTokens: { input: 0.4, output: 1.4 },
  },
  risks: [],
  alternatives: [],
  rejected: [],
  dataDates: { aws: '2026-09-23' },
};

function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(base) || !isMap(over)) return over;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, merge(base[key], over[key])]));
}

/** A realistic plan, valid by the schema, with parts replaced. */
export function makePlan(overrides: PlanOverrides = {}): Plan {
  return planSchema.parse(merge(BASE, overrides));
}

/** Two adapters beside the model: of two repositories, one of a lower rank than the other. */
const ADAPTERS = [
  {
    name: 'support',
    repository: 'acme/support-lora',
    revision: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    rank: 16,
  },
  {
    name: 'legal',
    repository: 'acme/legal-lora',
    revision: 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
    rank: 8,
  },
] as const;

/** A plan with adapters, as planner and engine know them. */
export const withAdapters = (adapters: readonly Adapter[] = ADAPTERS): PlanOverrides => ({
  requirements: { adapters: [...adapters] },
  engine: {
    vllmVersion: '0.33.0',
    arguments: [
      ...BASE.engine.arguments,
      ...['--enable-lora', '--max-loras', String(adapters.length), '--max-lora-rank', '16', '--lora-modules'],
      ...adapters.map((adapter) => `${adapter.name}=${adapterPath(adapter)}`),
    ],
  },
});

/** Two engines on one machine with two GPUs each. */
export const TWO_REPLICAS: PlanOverrides = {
  name: 'qwen35-27b',
  choice: {
    instanceType: 'g6e.12xlarge',
    gpusPerInstance: 4,
    layout: { tensorParallel: 2, pipelineParallel: 1, dataParallel: 1, expertParallel: false },
    replicasPerInstance: 2,
    replicas: 4,
  },
};
