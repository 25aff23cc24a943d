import * as z from 'zod';
import { CHECKPOINT_KEYS } from '../models/checkpoints';
import { MARKETS } from '../requirements/input';
import { requirementsSchema } from '../requirements/requirements';
import { calibrationUseSchema } from './calibration-use';
import { type Interval, intervalSchema } from './interval';
import { mixSchema } from './mix';
import { breakEvenSchema, marketPriceSchema, quotaSchema } from './money';
import { layoutSchema, optionSchema, simulatedSchema } from './option';
import { PRICE_EVIDENCE } from './price';
import { seriesSchema } from './series';

export const PLAN_SCHEMA_VERSION = 1;

const positive = z.number().positive();
const nonNegative = z.number().min(0);
const count = z.number().int().positive();

export { type Interval, intervalSchema };

/** What a prediction rests on: this model on this GPU measured, a relative measured, or datasheets only. */
export const BASES = ['measured', 'related', 'datasheet'] as const;
export type Basis = (typeof BASES)[number];

const priceSchema = z.strictObject({
  usdPerHour: positive,
  source: z.string(),
  /** `listed`: quoted for this region; `assumed`: taken equal to us-east-1; `estimated`: scaled by a regional ratio. */
  evidence: z.enum(PRICE_EVIDENCE),
});

const rejectionSchema = z.strictObject({
  instanceType: z.string(),
  checkpoint: z.enum(CHECKPOINT_KEYS).nullable(),
  /** Name of the filter that rejected it, for example `memory`. */
  filter: z.string(),
  reason: z.string(),
});

const choiceSchema = z.strictObject({
  /** Hugging Face repository of the weights, and the revision to serve. */
  hfId: z.string(),
  revision: z.string(),
  checkpoint: z.enum(CHECKPOINT_KEYS),
  checkpointBytes: positive,
  checkpointEvidence: z.string(),
  region: z.string(),
  market: z.enum(MARKETS),
  /** Zones (by zone id) that offer the type and hold the machines. */
  zoneIds: z.array(z.string()).min(1),
  /** Zones of the load balancer: at least two, the machine zones first. */
  loadBalancerZoneIds: z.array(z.string()).min(2),
  instanceType: z.string(),
  gpu: z.string(),
  gpusPerInstance: count,
  layout: layoutSchema,
  replicasPerInstance: count,
  instances: count,
  replicas: count,
});

const engineSchema = z.strictObject({
  vllmVersion: z.string(),
  image: z.string(),
  /** Model name clients send. */
  servedModelName: z.string(),
  /** Arguments after `vllm serve`, one element per word, unquoted. */
  arguments: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
  maxModelLen: count,
  maxNumSeqs: count,
  maxNumBatchedTokens: count,
  gpuMemoryUtilization: z.number().positive().max(1),
  kvCacheDtype: z.enum(['auto', 'fp8']),
  prefixCaching: z.boolean(),
  mtpTokens: z.number().int().min(0),
  /** Why a setting differs from the engine's default. */
  reasons: z.record(z.string(), z.string()),
});

/** Memory of one GPU, in GiB, and the block pool it leaves. */
const memorySchema = z.strictObject({
  usableGiB: positive,
  usableEvidence: z.string(),
  weightsGiB: positive,
  /** Room for LoRA adapters; absent without any. */
  adaptersGiB: positive.optional(),
  peakActivationGiB: nonNegative,
  cudaGraphGiB: nonNegative,
  otherGiB: nonNegative,
  marginGiB: nonNegative,
  kvCacheGiB: positive,
  blockTokens: count,
  poolBlocks: count,
  blocksPerMaxLenSequence: count,
  /** Sequences of the full context that fit at once, per replica. */
  maxLenSequences: positive,
});

const predictedSchema = z.strictObject({
  basis: z.enum(BASES),
  ttftP95Seconds: intervalSchema,
  tpotP95Seconds: intervalSchema,
  outputTokensPerSecond: intervalSchema,
  /** Requests in flight per replica at the planned load. */
  concurrencyPerReplica: positive,
  /** Highest rate one replica holds within the SLO at the stated confidence. */
  capacityRequestsPerSecondPerReplica: positive,
  /** Planned rate over that capacity. */
  utilisation: positive,
  limitedBy: z.string(),
  /** What conversations find of what was said before; where the workload says that there is any. */
  history: z
    .strictObject({
      /** Prompts that find their conversation in the cache of the replica that they reach, share of all. */
      findingShare: nonNegative.max(1),
      /** Prompt tokens found, share of all; what all prompts have in common included. */
      cachedShare: nonNegative.max(1),
      /** Replicas that the same engine would need if nothing of it were found. */
      replicasWithout: count,
    })
    .optional(),
  /** The closed form chooses, the simulation confirms; where they differ, believe this one. */
  simulated: simulatedSchema.optional(),
});

/** Seconds; the relations between them are checked when the plan is made and again at synth. */
const timeoutsSchema = z.strictObject({
  longestRequest: count,
  loadBalancerIdle: count.max(4000),
  engineKeepAlive: count,
  deregistrationDelay: count.max(3600),
  engineShutdown: count,
  systemdStop: count,
  lifecycleHeartbeat: count.max(7200),
  coldStart: count,
});

const scalingSchema = z.strictObject({
  minInstances: count,
  maxInstances: count,
  /** Running plus waiting requests per replica to hold: below maxNumSeqs. */
  targetConcurrencyPerReplica: positive,
  /** Machines by hour, 24 from 0:00 UTC, started in the hour before they are needed; null for the same all day. */
  hourlyInstances: z.array(z.number().int().min(0)).length(24).nullable().optional(),
});

const costItemSchema = z.strictObject({ item: z.string(), usdPerMonth: nonNegative });

const costSchema = z.strictObject({
  usdPerHour: positive,
  /** 730 hours. */
  usdPerMonth: positive,
  instance: priceSchema,
  items: z.array(costItemSchema),
  usdPerMillionTokens: z.strictObject({ input: nonNegative, output: nonNegative }),
  /** With every machine at the rate it is sized for. */
  usdPerMillionTokensFullLoad: z.strictObject({ input: nonNegative, output: nonNegative }).optional(),
});

const bestCostSchema = z.strictObject({
  /** The cheapest over all candidates, in closed form. */
  option: optionSchema,
  /** Why the plan is another; null when it is this one. */
  whyNot: z.string().nullable(),
  /** Over mixes of fleets too, in closed form; absent where mixes were not considered. */
  usdPerMonth: positive.optional(),
  /** The mix of that price, where one is cheaper than any one fleet; why it is not built, null where it is proposed. */
  mix: z.strictObject({ machines: z.string(), whyNot: z.string().nullable() }).optional(),
});

const alternativeSchema = z.strictObject({
  kind: z.enum(['next-cheaper', 'next-safer', 'next-faster']),
  option: optionSchema,
  /** What it gives and what it takes, in one sentence. */
  tradeOff: z.string(),
});

/** The Plan: what was decided and why. The only thing that crosses from deciding to building. */
export const planSchema = z.strictObject({
  schemaVersion: z.literal(PLAN_SCHEMA_VERSION),
  name: z.string(),
  /** The answer in one sentence. */
  summary: z.string(),
  requirements: requirementsSchema,
  notes: z.array(z.string()),
  choice: choiceSchema,
  engine: engineSchema,
  memory: memorySchema,
  predicted: predictedSchema,
  timeoutsSeconds: timeoutsSchema,
  scaling: scalingSchema,
  /** Root volume for system, image and weights where no local NVMe holds them. */
  storage: z.strictObject({
    rootVolumeGiB: count,
    weightsOnLocalNvme: z.boolean(),
  }),
  cost: costSchema,
  risks: z.array(z.string()),
  alternatives: z.array(alternativeSchema),
  bestCost: bestCostSchema.optional(),
  /** The cheapest mix of fleets that holds; absent where none saves a tenth, or none was looked for. */
  mix: mixSchema.nullable().optional(),
  /** Options that no other beats in cost, TTFT, TPOT and headroom at once; cheapest first. */
  pareto: z.array(optionSchema).optional(),
  /** The chosen machines in every market that sells them. */
  markets: z.array(marketPriceSchema).optional(),
  breakEven: z.array(breakEvenSchema).optional(),
  /** vCPU quotas that the machines draw on. */
  quotas: z.array(quotaSchema).optional(),
  rejected: z.array(rejectionSchema),
  /** Calibrations that the predictions rest on, by GPU: of the chosen one and of those it was compared with. */
  calibrations: z.record(z.string(), calibrationUseSchema).optional(),
  /** Dates of the data the plan rests on. */
  dataDates: z.record(z.string(), z.string()),
  /** What the report's charts show; plans of earlier versions have none. */
  series: seriesSchema.optional(),
});

export type Plan = z.infer<typeof planSchema>;
export type PlanOption = z.infer<typeof optionSchema>;
export type Rejection = z.infer<typeof rejectionSchema>;
export type Alternative = z.infer<typeof alternativeSchema>;
export type PlannedSimulation = z.infer<typeof simulatedSchema>;
export type Layout = z.infer<typeof layoutSchema>;
